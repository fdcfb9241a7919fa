package target

import (
	"context"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/suites/transcript"
)

// SendPipelined puts all requests on one fresh connection, in one piece, and
// reads the answers in order, one for each (RFC 9112 section 9.3.2). The
// exchanges are in the order of the requests. An error means nothing was sent.
func (s *Sender) SendPipelined(ctx context.Context, about []transcript.Exchange, all []mockprovider.Delivery) ([]transcript.Exchange, error) {
	if err := s.Reserve(ctx, len(all)); err != nil {
		return nil, err
	}
	var piece []byte
	for i, d := range all {
		if err := s.writeID(d.SentID, about[i].Scenario); err != nil {
			return nil, err
		}
		for _, w := range d.Request.Writes {
			piece = append(piece, w.Bytes...)
		}
	}
	conn, failed := s.client.Dial(ctx)
	if conn != nil {
		defer conn.Close()
	}
	out := make([]transcript.Exchange, len(all))
	for i, d := range all {
		request := wire.Request{Method: d.Message.Method}
		if i == 0 {
			request.Writes = []wire.Write{{Bytes: piece}}
		}
		e, _, err := s.deliver(about[i], d, func() wire.Result {
			if conn == nil {
				return failed
			}
			return conn.Do(ctx, request)
		})
		if err != nil {
			return nil, err
		}
		out[i] = e
	}
	return out, nil
}
