class Cyrus:
    pass
