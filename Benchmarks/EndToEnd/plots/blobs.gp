# layerverify: time by the number of small layers.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 560,340 font "sans-serif,13" background "white"
set datafile separator tab
set datafile missing "-"
set logscale xy 10
set xlabel "layers of 1 to 16 KiB, gzip"
set ylabel "seconds"
set xtics nomirror
set ytics nomirror
set grid ytics lc rgb "#dddddd"
set border 3
set key outside top center horizontal
plot data every ::1 using 1:2 title "layerverify" with linespoints lc rgb "#1b6ca8" lw 2 pt 7, \
     '' every ::1 using 1:3 title "yardstick" with linespoints lc rgb "#888888" lw 2 pt 5, \
     '' every ::1 using 1:4 title "igzip, openssl, parallel" with linespoints lc rgb "#e08e1b" lw 2 pt 9
