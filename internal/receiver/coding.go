package receiver

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// expandedLimit is what gzip-expanded survives.
const expandedLimit = 8 << 20

func (d *delivery) coded() bool {
	coding := d.header.Get("Content-Encoding")
	return coding != "" && !strings.EqualFold(coding, "identity")
}

// decode is where flawed receivers look at a content coding before they verify.
func (r *Receiver) decode(d *delivery) *answer {
	if !d.coded() {
		return nil
	}
	if r.flaws.has("gzip-crash") {
		return crashed
	}
	if r.flaws.has("gzip-expanded") && len(expand(d.body, expandedLimit+1)) > expandedLimit {
		panic(http.ErrAbortHandler) // as a process does that has no memory left
	}
	return nil
}

// authenticateEither is the flaw gzip-both: the signature may be over the body
// as it came or as it is decoded.
func (r *Receiver) authenticateEither(d *delivery) *answer {
	asCame := r.authenticate(d)
	d.body, d.decoded = expand(d.body, bodyLimit), true
	if asCame == nil {
		return nil
	}
	return r.authenticate(d)
}

// expand decompresses up to limit bytes, as far as it goes.
func expand(body []byte, limit int64) []byte {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	// What is left after an error is no JSON, and refused as such.
	plain, _ := io.ReadAll(io.LimitReader(z, limit))
	return plain
}
