package json

// levels remembers of every level of a value whether it is an object.
type levels [MaxDepth / 64]uint64

func (l *levels) set(level int, object bool) {
	l[level>>6] &^= 1 << (level & 63)
	if object {
		l[level>>6] |= 1 << (level & 63)
	}
}

func (l *levels) object(level int) bool { return l[level>>6]>>(level&63)&1 != 0 }

// Depth is how many levels of objects and arrays are in a value.
func Depth(value []byte) (most int) {
	depth := 0
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '"':
			if i = closingQuote(value, i+1); i < 0 {
				return most
			}
		case '{', '[':
			depth++
			most = max(most, depth)
		case '}', ']':
			depth--
		}
	}
	return most
}

// nested scans the object or array that begins at pos, with everything in it.
// It keeps a bit per level in place of a stack.
func nested(data []byte, pos int, white White) (end int, fault Fault) {
	var stack levels
	depth := 0
	for {
		switch c := data[pos]; c {
		case '{', '[':
			if depth == MaxDepth {
				return pos, faultDepth
			}
			stack.set(depth, c == '{')
			depth++
			pos = Space(data, pos+1, white)
			if data[pos] == c+2 {
				break // it is empty; in ASCII, } is { and two, and ] is [ and two
			}
			if c == '{' {
				if pos, fault = key(data, pos, white); fault != "" {
					return pos, fault
				}
			}
			continue
		default:
			if pos, _, fault = Value(data, pos, white); fault != "" {
				return pos, fault
			}
			pos = Space(data, pos, white)
		}
		for data[pos] == '}' && stack.object(depth-1) || data[pos] == ']' && !stack.object(depth-1) {
			pos++
			if depth--; depth == 0 {
				return pos, ""
			}
			pos = Space(data, pos, white)
		}
		object := stack.object(depth - 1)
		if data[pos] != ',' {
			if object {
				return pos, FaultInObject
			}
			return pos, faultInArray
		}
		pos = Space(data, pos+1, white)
		if object {
			if pos, fault = key(data, pos, white); fault != "" {
				return pos, fault
			}
		}
	}
}

// key scans a key, its colon and the white space around it.
func key(data []byte, pos int, white White) (end int, fault Fault) {
	if data[pos] != '"' {
		return pos, FaultKey
	}
	if pos, _, fault = Text(data, pos+1); fault != "" {
		return pos, fault
	}
	if pos = Space(data, pos, white); data[pos] != ':' {
		return pos, FaultColon
	}
	return Space(data, pos+1, white), ""
}
