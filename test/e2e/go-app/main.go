// A program whose profiles are known: each function below is the one that a profile of its kind must show.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime"
	"sync"
	"time"

	_ "github.com/grafana/pyroscope-go/godeltaprof/http/pprof"
)

var sink [][]byte

//go:noinline
func burn() uint64 {
	sum := uint64(0)
	for end := time.Now().Add(40 * time.Millisecond); time.Now().Before(end); {
		for i := uint64(0); i < 10000; i++ {
			sum += i * i
		}
	}
	return sum
}

//go:noinline
func allocate() {
	sink = sink[:0]
	for i := 0; i < 64; i++ {
		sink = append(sink, make([]byte, 64<<10))
	}
}

//go:noinline
func contend(lock *sync.Mutex) {
	lock.Lock()
	time.Sleep(time.Millisecond)
	lock.Unlock()
}

//go:noinline
func wait(c chan struct{}) { <-c }

func forever(step func()) {
	for {
		step()
		time.Sleep(20 * time.Millisecond)
	}
}

//go:noinline
func park() { select {} }

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "host:port")
	flag.Parse()
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	lock := &sync.Mutex{}
	tick := make(chan struct{})
	go forever(func() { burn() })
	go forever(allocate)
	go forever(func() { contend(lock) })
	go forever(func() { contend(lock) })
	go forever(func() { wait(tick) })
	go forever(func() { time.Sleep(time.Millisecond); tick <- struct{}{} })
	go park()
	panic(http.Serve(listener, nil))
}
