package main

// model is the generated table, as a query of DuckDB with places for the
// first row's number and that behind the last: every cell follows from the row's number, so each format has
// the same rows. Keys, amounts, dates and times, words that repeat and words
// that do not; some may be NULL, some texts are empty, or need quotes in CSV.
const model = `SELECT
	i AS id,
	(a %% 500_000)::INTEGER AS customer,
	CASE WHEN b %% 20 > 0 THEN (b %% 97)::INTEGER END AS quantity,
	((c %% 10_000_000) / 100)::DECIMAL(12, 2) AS price,
	CASE WHEN a %% 3 > 0 THEN (a %% 50) / 100 END AS discount,
	(b %% 1_000_000_007) / 12_345.0 AS weight,
	DATE '2015-01-01' + (c %% 4000)::INTEGER AS day,
	make_timestamp((1_420_070_400_000_000 + a %% 345_600_000_000_000)::BIGINT) AS created,
	CASE WHEN c %% 10 > 0 THEN make_timestamp((1_420_070_400 + b %% 345_600_000)::BIGINT * 1_000_000) END AS shipped,
	b %% 4 > 0 AS paid,
	['new', 'paid', 'packed', 'shipped', 'returned', 'cancelled'][((c >> 8) %% 6)::INTEGER + 1] AS status,
	['Germany', 'France', 'Poland', 'Spain', 'Italy', 'Côte d''Ivoire', 'Netherlands', 'Korea, Republic of'][((a >> 8) %% 8)::INTEGER + 1] AS country,
	'user' || (b >> 20) %% 5_000_000 || '@example.com' AS email,
	printf('%%016x', c >> 1) AS reference,
	CASE (a >> 16) %% 8
		WHEN 0 THEN '' WHEN 1 THEN 'leave it at the door, please' WHEN 2 THEN 'a "gift"' WHEN 3 THEN E'two\nlines'
		WHEN 4 THEN 'order ' || b %% 1000 || ' once more' WHEN 5 THEN 'Grüße' END AS comment
	FROM (SELECT range AS i, hash(range) AS a, hash(range + 1_000_000_000_000) AS b, hash(range + 2_000_000_000_000) AS c FROM range(%d, %d))`
