PYTHON ?= python3

.PHONY: help run test test-cluster check bench requirements

help: ## Show these lines
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: ## Serve both sites on this machine (ADMIN_PORT, ACCOUNT_PORT)
	@$(PYTHON) admin_portal/embedded/install.py requirements.txt
	@.venv/bin/python -m admin_portal.embedded.run

test: ## Run all tests, in a browser (REQUIRE_BROWSER=1) and on PostgreSQL, too
	@$(PYTHON) admin_portal/embedded/install.py requirements.txt requirements-dev.txt
	@.venv/bin/python -m tests.browser
	@.venv/bin/python -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)
	@.venv/bin/python -m tests.postgresql -n 2 --dist worksteal $(PYTEST_ARGS)

test-cluster: ## Serve both sites on several nodes, break each part, and count what is noticed
	@$(PYTHON) admin_portal/embedded/install.py requirements.txt requirements-dev.txt
	@.venv/bin/python -m tests.cluster.prepare
	@.venv/bin/python -m pytest tests/cluster -n 0 -p no:randomly --show-capture=no $(PYTEST_ARGS)

check: ## Check style, types, templates and translations
	@$(PYTHON) admin_portal/embedded/install.py requirements.txt requirements-dev.txt
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/python -m tests.catalogs check

bench: ## Measure against targets and peers (ROWS="verification pages": only these)
	@$(PYTHON) admin_portal/embedded/install.py requirements.txt requirements-dev.txt
	@.venv/bin/python -m benchmarks.prepare
	@.venv/bin/python -m benchmarks.bench $(ROWS)

requirements: ## Pin requirements*.in anew, with hashes (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade requirements-tracing.in -o requirements-tracing.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade requirements-dev.in -o requirements-dev.txt
	for peer in api_keys oscar wagtail; do uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade benchmarks/peers/$$peer.in -o benchmarks/peers/$$peer.txt || exit 1; done
