"""The bus: how every node hears of what one of them committed. `api` is the law."""
