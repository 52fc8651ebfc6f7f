"""Accounts and sign-in (账号与登录)."""
