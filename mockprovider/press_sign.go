package mockprovider

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
)

// maxSigners bounds the signatures of one delivery: there is one a header.
const maxSigners = 8

// A signer makes one signature.
type signer struct {
	hash          int // index into the press's keyed hashes; below 0: ed25519
	key           ed25519.PrivateKey
	hex           bool
	before, after []piece // what is signed around the body
	body          bool    // is it signed
	width         int     // of the signature as text
}

// A keyedHash makes HMACs, for all signers of one key and algorithm.
type keyedHash struct {
	algorithm string
	key       []byte
	mac       hash.Hash
}

var newHashes = map[string]func() hash.Hash{
	"hmac-sha256": sha256.New, "hmac-sha1": sha1.New, "hmac-sha512": sha512.New,
}

// renew keys a hash of its own.
func (k *keyedHash) renew() { k.mac = hmac.New(newHashes[k.algorithm], k.key) }

func (p *Press) signer(d *Draft, h SignatureHeader, v Version, width int, marks []mark) signer {
	if d.algorithm != "" && !h.Legacy {
		v.Algorithm = d.algorithm
	}
	fill := strings.NewReplacer("{id}", d.id, "{timestamp}", d.timestamp)
	before, after, body := strings.Cut(h.Content, "{body}")
	s := signer{
		hash: -1, key: d.key.Key, hex: v.Encoding == "hex", width: width, body: body,
		before: split(fill.Replace(before), marks), after: split(fill.Replace(after), marks),
	}
	if _, ok := newHashes[v.Algorithm]; ok {
		s.hash = p.keyed(v.Algorithm, d.key.Key)
	}
	return s
}

// keyed is the index of the hash with that key.
func (p *Press) keyed(algorithm string, key []byte) int {
	for i, k := range p.hashes {
		if k.algorithm == algorithm && bytes.Equal(k.key, key) {
			return i
		}
	}
	k := keyedHash{algorithm: algorithm, key: key}
	k.renew()
	p.hashes = append(p.hashes, k)
	return len(p.hashes) - 1
}

// sign writes a signature as text to dst, which has its length.
func (p *Press) sign(dst, body []byte, s *signer) {
	v := &p.values
	if !s.body {
		body = nil
	}
	var sum []byte
	if s.hash < 0 {
		p.scratch = v.append(p.scratch[:0], s.before)
		p.scratch = append(p.scratch, body...)
		p.scratch = v.append(p.scratch, s.after)
		sum = ed25519.Sign(s.key, p.scratch)
	} else {
		mac := p.hashes[s.hash].mac
		mac.Reset()
		p.scratch = v.append(p.scratch[:0], s.before)
		mac.Write(p.scratch)
		mac.Write(body)
		p.scratch = v.append(p.scratch[:0], s.after)
		mac.Write(p.scratch)
		p.scratch = mac.Sum(p.scratch[:0])
		sum = p.scratch
	}
	if s.hex {
		hex.Encode(dst, sum)
		return
	}
	base64.StdEncoding.Encode(dst, sum)
}
