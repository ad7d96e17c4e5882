# layerverify: throughput against what people use instead, by the form of the layers.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 760,380 font "sans-serif,13" background "white"
set datafile separator tab
set datafile missing "-"
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.9 border rgb "white"
set ylabel "GB of tar per second"
set yrange [0:*]
set grid ytics lc rgb "#dddddd"
set border 3
set xtics nomirror rotate by -20
set ytics nomirror
set key outside top center horizontal
plot data every ::1 using 2:xtic(1) title "gzip" lc rgb "#1b6ca8", \
     '' every ::1 using 3 title "zstd" lc rgb "#e08e1b", \
     '' every ::1 using 4 title "plain" lc rgb "#5b9a4b"
