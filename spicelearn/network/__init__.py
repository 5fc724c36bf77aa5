"""Networks: graphs with inputs and outputs, built in or read from files."""
