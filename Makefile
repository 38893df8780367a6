# The commands of the README. Each installs what is missing, says what it does,
# and can be run again at any time.

SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(HOME)/.cache/selvage/target

.PHONY: demo test soak bench fuzz bindings reference clippy fmt clean-host

demo: ; @tests/demo/run

test: ; @tests/run

soak: ; @tests/soak $(ARGS)

bench: ; @tests/bench $(ARGS)

fuzz: ; @tests/fuzz $(ARGS)

# ui/src/ipc/bindings.ts from the Rust commands
bindings: ui/dist/index.html
	SELVAGE_WRITE_BINDINGS=1 cargo test --quiet --test bindings

# docs/cli.md from the command line's parser
reference: ui/dist/index.html
	SELVAGE_WRITE_REFERENCE=1 cargo test --quiet --test docs

clippy: ui/dist/index.html
	cargo clippy --quiet --workspace --all-targets --locked -- -D warnings

fmt:
	cargo fmt --all
	npm --prefix ui run --silent fmt

clean-host:
	tests/host/down --all

ui/node_modules: ui/package.json ui/package-lock.json
	@echo "Installing the front end's packages (under a minute)"
	@npm --prefix ui install --no-audit --no-fund --silent
	@touch ui/node_modules

ui/dist/index.html: ui/node_modules $(shell find ui/src ui/index.html ui/vite.config.ts -type f 2>/dev/null)
	@npm --prefix ui run --silent build
