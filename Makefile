# make demo   install what is missing, train the 16-edge network as a circuit, make its report
# make test   install what is missing, then every check
# make docs   install what is missing, build the documentation in build/site, try it

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RUN    ?= runs/demo-$(shell date +%Y%m%d-%H%M%S)

# programs are started some hundred times: what they import is compiled once, whatever is set outside
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test style types suite docs system browser format

demo: $(VENV)/installed
	$(BIN)/spicelearn train allostery --waves 20:44 --out $(RUN)
	@echo "the page to look at:"
	@$(BIN)/spicelearn report $(RUN)

# all at the same time: the type checker takes one core, and tests that wait take none
test: $(VENV)/installed-dev browser
	$(MAKE) --no-print-directory --jobs 3 style types suite

style: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

suite: $(VENV)/installed-dev browser
	$(BIN)/pytest --ngspice required --chromium required --numprocesses 2 \
	    --dist loadscope --no-loadscope-reorder

types: $(VENV)/installed-dev
	rm -rf build/typed && mkdir -p build/typed && cp -R --symbolic-link "$(CURDIR)/spicelearn" build/typed
	ln -s "$(CURDIR)/cli" "$(CURDIR)/models" build/typed/spicelearn
	$(BIN)/mypy

docs: $(VENV)/installed-docs browser
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	$(BIN)/pytest --ngspice required --chromium required -m site tests/site
	@echo "the page to look at: build/site/index.html"

format: $(VENV)/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/installed: pyproject.toml | system
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[sweep]'
	touch $@

$(VENV)/installed-dev: pyproject.toml | system
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev,sweep]'
	touch $@ $(VENV)/installed

$(VENV)/installed-docs: $(VENV)/installed-dev
	$(BIN)/pip install --quiet --editable '.[dev,docs,sweep]'
	touch $@

# ngspice, its library and venv, from the distribution; asks for sudo only if something is missing
system:
	@if ! command -v ngspice >/dev/null || ! PATH="$$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q libngspice.so.0 \
	    || ! $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  if [ -n "$$sudo" ] && ! command -v sudo >/dev/null; then \
	    echo "as root: apt-get install ngspice libngspice0 python3-venv"; exit 1; fi; \
	  $$sudo apt-get update && \
	  $$sudo apt-get install -y --no-install-recommends ngspice libngspice0 python3-venv; \
	fi

# a Chromium for the tests of pages: Debian's, or elsewhere the one that playwright brings
browser: $(VENV)/installed-dev
	@if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  if grep -qx 'ID=debian' /etc/os-release; then \
	    $$sudo apt-get update && $$sudo apt-get install -y --no-install-recommends chromium; \
	  else $(BIN)/playwright install --with-deps chromium; fi; \
	fi
