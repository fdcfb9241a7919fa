//go:build unix

package target

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// What the test binary is when it is started as somebody else: TEST_ROLE holds
// words, and the first is the role.
const testRole = "HOOKASSAY_TEST_ROLE"

// lifetime bounds whoever a test has failed to end.
const lifetime = time.Minute

func init() {
	role := os.Getenv(testRole)
	if role == "" {
		return
	}
	time.AfterFunc(lifetime, func() { os.Exit(3) })
	switch words := strings.Fields(role); words[0] {
	case "receiver":
		playReceiver(words[1], words[2:])
	case "sleeper":
		time.Sleep(lifetime)
	case "run":
		playRun(words[1], words[2:])
	}
	os.Exit(0)
}

// playReceiver is a receiver at the address with some oddities.
func playReceiver(address string, odd []string) {
	has := func(word string) bool { return strings.Contains(" "+strings.Join(odd, " ")+" ", " "+word+" ") }
	fmt.Printf("receiver %d\n", os.Getpid())
	if has("ends") {
		fmt.Fprintln(os.Stderr, "no database")
		os.Exit(7)
	}
	if has("grandchild") || has("orphan") {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), testRole+"=sleeper")
		if err := child.Start(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Printf("grandchild %d\n", child.Process.Pid)
	}
	if has("orphan") {
		os.Exit(0)
	}
	if has("stubborn") {
		signal.Ignore(syscall.SIGTERM)
	}
	if has("drains") {
		told := make(chan os.Signal, 1)
		signal.Notify(told, syscall.SIGTERM)
		go func() {
			<-told
			time.Sleep(300 * time.Millisecond)
			fmt.Println("drained")
			os.Exit(0)
		}()
	}
	if has("escapes") {
		_, _ = syscall.Setsid()
	}
	if has("env") {
		fmt.Printf("secret=%s key=%s clock=%s preload=%s faketime=%s\n",
			os.Getenv("WEBHOOK_SECRET"), os.Getenv("API_KEY"), os.Getenv("RECEIVER_CLOCK"), os.Getenv("LD_PRELOAD"), os.Getenv("FAKETIME"))
	}
	if has("flood") {
		line := bytes.Repeat([]byte("flood "), 20)
		line[len(line)-1] = '\n'
		block := bytes.Repeat(line, 500)
		go func() {
			for {
				_, _ = os.Stdout.Write(block)
			}
		}()
	}
	if has("deaf") {
		time.Sleep(lifetime)
	}
	serveReceiver(address, has("unready"))
}

func serveReceiver(address string, unready bool) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if unready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { os.Exit(9) })
	_ = http.Serve(l, mux) // until it is ended
}

// playRun is a run of ours that starts a receiver and says so.
func playRun(address string, odd []string) {
	t, err := New(Settings{URL: "http://" + address + "/webhooks", Scheme: "github", Secret: "a secret of tests"})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	p := NewProcess(receiverSettings(address, odd...), t)
	r := p.Do(context.Background(), "start", ProcessOptions{})
	fmt.Println(strings.Join(r.Output, "\n"))
	fmt.Printf("keeper %d\n", p.life.group.leader.Process.Pid)
	fmt.Println("started", r.Done, r.Message)
	time.Sleep(lifetime)
}

// receiverSettings start this binary as a receiver.
func receiverSettings(address string, odd ...string) ProcessSettings {
	role := strings.Join(append([]string{"receiver", address}, odd...), " ")
	return ProcessSettings{Start: []string{os.Args[0]}, Env: []string{testRole + "=" + role}}
}
