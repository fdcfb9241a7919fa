package mockprovider

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults of the content coding (RFC 9110 section 8.4). No scheme says whether the
// signature is over the body before or after it; both are sent.
var codingFaults = []Fault{
	{
		Name: "body.gzip", Stage: StageBody,
		Doc: "the body is compressed (Content-Encoding: gzip), and the signature is over the compressed bytes",
		apply: func(d *Draft, _ Param) error {
			d.fields = append(d.fields, gzipped)
			body, err := compress(bytes.NewReader(d.body))
			d.body = body
			return err
		},
	},
	{
		Name: "body.gzip-after", Stage: StageSealed,
		Doc: "the body is compressed (Content-Encoding: gzip) after it was signed",
		apply: func(d *Draft, _ Param) error {
			d.message.Fields = append(d.message.Fields, gzipped)
			body, err := compress(bytes.NewReader(d.message.Body))
			d.message.Body = body
			return err
		},
	},
	{
		Name: "body.gzip-bomb", Stage: StageBody, Param: ParamText,
		Doc:   "a body that becomes so many bytes when it is decompressed (Content-Encoding: gzip) takes the place of the event",
		check: func(p Param) error { _, err := bombSize(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			size, err := bombSize(p.Text)
			if err != nil {
				return err
			}
			d.fields = append(d.fields, gzipped)
			d.body, err = compress(io.LimitReader(blanks{}, size))
			return err
		},
	},
}

var gzipped = wire.Field{Name: "Content-Encoding", Value: "gzip"}

// maxBomb bounds what a bomb becomes, in bytes: some 260 KiB are sent for it.
const maxBomb = 256 << 20

func bombSize(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > maxBomb {
		return 0, fmt.Errorf("%q is no number of bytes from 1 to %d", text, maxBomb)
	}
	return n, nil
}

func compress(r io.Reader) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.Copy(w, r); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// blanks is white space without end, which is JSON as far as it goes.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
