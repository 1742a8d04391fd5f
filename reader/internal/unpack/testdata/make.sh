#!/bin/sh
# Made the files here, with bzip2 1.0.8, lz4 1.9.4 and xz 5.4.1 of Debian 12.
set -e
rm -f ./*.bz2 ./*.lz4 ./*.xz
printf 'a,b\n1,x\n2,"y\n"\n3,z\n' > small
yes '1,abc' | head -c 300000 > long          # several blocks, one chunk
test -e random || head -c 3000 /dev/urandom > random   # does not compress
: > empty
bzip2 -k small long random empty
for f in small long random empty; do
	lz4 -q $f $f.lz4
	xz -k $f
done
lz4 -q -B4 -BD --content-size long long-linked.lz4
lz4 -q -B4 -BX --no-frame-crc long long-blocksum.lz4
lz4 -q -B4 -BI random random-independent.lz4
lz4 -q -l small refused-legacy.lz4
for c in none crc32 sha256; do xz -k -c --check=$c small > small-$c.xz; done
xz -c -T2 --block-size=70000 long > long-blocks.xz
yes '1,abc' | head -c 5000000 | xz -c --lzma2=dict=64KiB > chunks.xz
xz -c --x86 --lzma2 small > refused-filter.xz
xz -c --lzma2=dict=64MiB small > refused-dictionary.xz
xz -c --lzma2=dict=1536MiB small > refused-huge.xz
xz -c -9 -T2 small > small-9.xz
rm empty small long
