//go:build unix

package postgres

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// find returns the directory with initdb and postgres, and whom they run as
// where not as us; or what is missing. PostgreSQL refuses to run as root, so
// that root runs it as the user "postgres", which its package makes.
func find() (bin string, who *syscall.Credential, missing string) {
	bin = binaries()
	if bin == "" {
		return "", nil, "initdb and postgres are not installed (Debian: postgresql)"
	}
	if os.Geteuid() != 0 {
		return bin, nil, ""
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return "", nil, "root cannot run it, and there is no user postgres"
	}
	uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	if uidErr != nil || gidErr != nil {
		return "", nil, "the user postgres has no number"
	}
	return bin, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, ""
}

// binaries looks where the path, Debian and pg_config have them. Debian keeps
// them out of the path, in a directory a major version: the last one is taken.
func binaries() string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well formed
	slices.SortFunc(debian, func(a, b string) int { return version(b) - version(a) })
	dirs = append(dirs, debian...)
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, dir := range dirs {
		if runs(filepath.Join(dir, "initdb")) && runs(filepath.Join(dir, "postgres")) {
			return dir
		}
	}
	return ""
}

// version is 15 for /usr/lib/postgresql/15/bin.
func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin))) // none sorts last
	return n
}

func runs(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}
