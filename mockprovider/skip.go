package mockprovider

// A Skip is why something is not sent to this target: what would be a forgery
// elsewhere is genuine here. It is an error only so that nothing is sent.
type Skip struct{ Reason string }

func (s Skip) Error() string { return s.Reason }
