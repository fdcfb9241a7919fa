# What a developer types. `make` alone says what there is.
.PHONY: help demo build node test race lint bench generate matrix

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

demo: ## grade a correct receiver, a flawed one, and a short load; needs only Go
	go run ./cmd/hookassay demo

build: ## build bin/hookassay
	go build -o bin/hookassay ./cmd/hookassay

node: ## install the receivers for Node.js that tests grade
	npm ci --prefix internal/interop/receivers/node --ignore-scripts --no-audit --no-fund --silent

test: ## all tests; those that need more than Go skip with a reason
	go test -timeout 40m ./... # the kill matrix alone takes minutes
	@# What these learn from programs they start is no part of the test cache's key.
	go test -count=1 ./internal/architecture
	cd internal/interop && go test -count=1 -parallel 4 ./... # they mostly wait

race: ## the tests under the race detector, without the slow matrix
	go test -race -short -timeout 40m ./...

lint: ## formatting, vet, staticcheck
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo "run gofmt -w on these"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	cd internal/interop && go vet ./...

bench: ## the figures, ours beside our peers', as ratios (ten minutes)
	go test -run '^$$' -bench . -benchtime 3x ./suites/conformance ./cmd/hookassay
	go test -run '^$$' -bench . ./suites/load ./mockprovider/...
	go run ./internal/peers

generate: ## compile the catalogue and its schema (seconds)
	go test ./scenarios -run 'TestCatalogueIsCurrent|TestSchemaIsCurrent' -update
	go test ./suites/target -run TestSchemaEnumerationsAreCurrent -update

matrix: ## write docs/kill-matrix.md anew (minutes)
	go test -timeout 40m ./suites/conformance -run TestKillMatrix -update
