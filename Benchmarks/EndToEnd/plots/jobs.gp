# layerverify: throughput by the number of jobs.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
set terminal svg size 560,340 font "sans-serif,13" background "white"
set datafile separator tab
set datafile missing "-"
set xlabel sprintf("--jobs (%d CPUs)", cpus)
set ylabel "GB of tar per second, gzip"
set yrange [0:*]
set xrange [0:2.2 * cpus]
set xtics 1 nomirror
if (cpus > 8) set xtics autofreq
set ytics nomirror
set grid ytics lc rgb "#dddddd"
set border 3
set key outside top center horizontal
stats data using 2 every ::1::1 name "first" nooutput
plot data every ::1 using 1:2 title "layerverify" with linespoints lc rgb "#1b6ca8" lw 2 pt 7, \
     '' every ::1 using 1:3 title "yardstick" with linespoints lc rgb "#888888" lw 2 pt 5, \
     first_max * (x < cpus ? x : cpus) title "ideal" with lines lc rgb "#bbbbbb" dt 2
