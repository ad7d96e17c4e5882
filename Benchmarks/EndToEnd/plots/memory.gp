# layerverify: peak memory by the size of the image.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 560,340 font "sans-serif,13" background "white"
set datafile separator tab
set datafile missing "-"
set logscale x 10
set xlabel "MB of tar in 8 layers"
set ylabel "peak resident memory, MiB"
set yrange [0:*]
set xtics nomirror
set ytics nomirror
set grid ytics lc rgb "#dddddd"
set border 3
set key outside top center horizontal
plot data index 0 every ::1 using 2:3 title "gzip" with linespoints lc rgb "#1b6ca8" lw 2 pt 7, \
     '' index 1 using 2:3 title "zstd" with linespoints lc rgb "#e08e1b" lw 2 pt 7, \
     '' index 2 using 2:3 title "plain" with linespoints lc rgb "#5b9a4b" lw 2 pt 7
