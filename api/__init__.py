"""Web service of 一窗: pages, JSON and command line."""
