# 一窗的常用命令。make help 列出全部。
#   PYTHON=/path/to/python3.12  用哪个 Python 建环境（3.11、3.12、3.13；缺省 python3）
#   ARGS="…"                    给 make run、make bench 或 pytest 加参数，如 make run ARGS="--port 8080"

SHELL := /bin/bash
ARGS ?=
BIN := .venv/bin
PACKAGES := engine rules models api
CODE := $(PACKAGES) tests

export PYTHON  # from the command line or the environment; scripts/setup.sh has the default

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run demo-reset test lint fmt bench lock

help: ## 列出可用的命令
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## 建好运行环境 .venv（已经是新的就什么也不做）
	@scripts/setup.sh run

setup-test: ## 建好带测试工具的环境
	@scripts/setup.sh test

run: setup ## 启动：建环境、数据库、政策数据和示例办件，然后开始服务
	$(BIN)/yichuang run --demo $(ARGS)

demo-reset: setup ## 把示例数据恢复原样
	$(BIN)/yichuang demo reset $(ARGS)

test: lint ## 全部检查和测试，与 CI 相同
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

lint: setup-test ## 只做检查：ruff、mypy（模块间的引用约定由 tests/architecture 检查）
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy

fmt: setup-test ## 按约定排版，能自动改的一并改
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: setup-test ## 性能测量
	$(BIN)/python -m tests.bench $(ARGS)

lock: ## 重写锁文件（需要 uv；ARGS=--upgrade 则升级）
	scripts/lock.sh $(ARGS)
