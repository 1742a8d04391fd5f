package main

import "context"

func (c *corpus) compareCells(ctx context.Context, dir string, f file, args []string, t table) (kind, string, bool, error) {
	return agreed, "", false, nil
}
