package interop

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	nodeDir = "receivers/node"

	// nodeEnv is Express's default, whatever the machine has: no documentation of
	// those that use it says otherwise.
	nodeEnv = "NODE_ENV=development"
)

// nodeInstalled says what a receiver of that npm package lacks, if anything.
func nodeInstalled(library string) error {
	if _, err := exec.LookPath("node"); err != nil {
		return err
	}
	if _, err := NodeVersion(library); err != nil {
		return fmt.Errorf("npm ci --prefix %s has not been run: %w", nodeDir, err)
	}
	return nil
}

// NodeVersion is the version of an npm package that is installed for the receivers.
func NodeVersion(library string) (string, error) {
	data, err := os.ReadFile(filepath.Join(nodeDir, "node_modules", library, "package.json"))
	if err != nil {
		return "", err
	}
	var manifest struct{ Version string }
	if err := json.Unmarshal(data, &manifest); err != nil {
		return "", fmt.Errorf("package.json of %s: %w", library, err)
	}
	return manifest.Version, nil
}
