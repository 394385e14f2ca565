# make run   set up everything that is missing and serve the city (PORT=8000)
# make test  ruff, mypy and all tests, on real PostGIS and real Chromium
# make bench measured comparisons    make check  ruff and mypy alone
# make lock  renew the lock files    make clean  remove the environment and caches, never data

PORT ?= 8000
BIN  := .venv/bin

.PHONY: run test bench lock check clean setup setup-test
.DEFAULT_GOAL := run

run: setup
	@exec $(BIN)/cim up --foreground --example --port $(PORT)

test: check
	$(BIN)/pytest -n auto --dist loadfile

check: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup-test
	@if [ -x tests/benchmarks/run ]; then exec tests/benchmarks/run; \
	else echo "还没有基准测试。/ There are no benchmarks yet (tests/benchmarks/run)."; fi

setup:
	@scripts/setup.sh run

setup-test:
	@scripts/setup.sh test

# One lock for Python 3.11 and later: what is needed only by some version carries a marker.
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --group build \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock:
	@command -v uv >/dev/null || { echo "请先安装 uv。/ Please install uv first: pip install uv"; exit 1; }
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra test --constraint requirements.lock --output-file requirements-test.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +
	@echo "城市数据仍在 .cim。/ The city's data is still in .cim."
