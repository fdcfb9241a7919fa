package interop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"
)

const (
	packages   = "github.com/hookassay/hookassay/internal/interop/receivers/..."
	buildLimit = 5 * time.Minute // a cold build cache on two cores
)

var (
	binaries     = sync.OnceValues(build)
	binariesPath string // set by build
)

// build puts every receiver's binary, and the command record, into one new folder.
func build() (dir string, err error) {
	dir, err = os.MkdirTemp("", "hookassay-interop-")
	if err != nil {
		return "", err
	}
	binariesPath = dir
	ctx, cancel := context.WithTimeout(context.Background(), buildLimit)
	defer cancel()
	output, err := exec.CommandContext(ctx, "go", "build", "-o", dir, packages).CombinedOutput()
	if err != nil {
		return "", errors.Join(fmt.Errorf("go build %s: %s", packages, output), err)
	}
	return dir, nil
}

// RemoveBinaries deletes what Start built. TestMain calls it after the last test,
// because the binaries are shared and outlive any single one.
func RemoveBinaries() error {
	if binariesPath == "" {
		return nil
	}
	return os.RemoveAll(binariesPath)
}
