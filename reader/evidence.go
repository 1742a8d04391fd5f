package reader

// Evidence is what the sampled cells of a column tell about its type.
type Evidence struct {
	Name string
}
