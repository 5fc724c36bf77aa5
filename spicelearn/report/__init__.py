"""From folders of results to pages: figures that one can hover over, and files for a paper."""
