"""JavaScript: the client of protocol/js, in Node and in a browser."""
