package io.agentstream.dev.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/// Draws lines over the number of calls, as SVG that needs nothing else. Both axes are logarithmic where `log` says so.
final class LinePlot {

    /// One line. `dash` is SVG's stroke-dasharray, empty for a solid one.
    record Line(String name, String colour, String dash, List<Dot> dots) {}

    record Dot(double x, double y) {}

    private static final int WIDTH = 720;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 190;
    private static final int TOP = 46;
    private static final int BOTTOM = 52;
    private static final int STEPS = 5;

    private final String title;
    private final String unit;
    private final boolean log;
    private final List<Line> lines;
    private final StringBuilder svg = new StringBuilder();
    private final double maxX;
    private final double minY;
    private final double maxY;

    private LinePlot(String title, String unit, boolean log, List<Line> lines) {
        this.title = title;
        this.unit = unit;
        this.log = log;
        this.lines = lines.stream().filter(line -> !line.dots().isEmpty()).toList();
        this.maxX = this.lines.stream().flatMap(line -> line.dots().stream()).mapToDouble(Dot::x).max().orElse(1);
        double top = values().max().orElse(1);
        double bottom = values().filter(y -> y > 0).min().orElse(top);
        this.maxY = log ? Math.pow(10, Math.ceil(Math.log10(top))) : niceStep(top) * Math.ceil(top / niceStep(top));
        this.minY = log ? Math.pow(10, Math.floor(Math.log10(bottom))) : 0;
    }

    private DoubleStream values() {
        return lines.stream().flatMap(line -> line.dots().stream()).mapToDouble(Dot::y);
    }

    static String svg(String title, String unit, boolean log, List<Line> lines) {
        return new LinePlot(title, unit, log, lines).draw();
    }

    private static double niceStep(double top) {
        if (top <= 0) {
            return 1;
        }
        double raw = top / STEPS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double first = raw / power;
        return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
    }

    private String draw() {
        svg.append(Text.of("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n", WIDTH, HEIGHT, WIDTH, HEIGHT));
        svg.append(Text.of("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n", WIDTH, HEIGHT));
        text(LEFT, 24, "start", 15, title);
        gridY();
        gridX();
        for (int i = 0; i < lines.size(); i++) {
            line(lines.get(i), i);
        }
        return svg.append("</svg>\n").toString();
    }

    private void gridY() {
        List<Double> ticks = new ArrayList<>();
        if (log) {
            for (double y = minY; y <= maxY * 1.001; y *= 10) {
                ticks.add(y);
            }
        } else {
            double step = niceStep(maxY);
            for (int i = 0; i * step <= maxY * 1.001; i++) {
                ticks.add(i * step);
            }
        }
        for (double y : ticks) {
            stroke(LEFT, y(y), WIDTH - RIGHT, y(y), "#ddd");
            text(LEFT - 8, y(y) + 4, "end", 12, number(y));
        }
        text(LEFT, TOP - 8, "end", 12, unit);
    }

    private void gridX() {
        List<Double> ticks = lines.stream()
                .flatMap(line -> line.dots().stream())
                .map(Dot::x)
                .distinct()
                .sorted()
                .toList();
        stroke(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#333");
        for (double x : ticks) {
            stroke(x(x), HEIGHT - BOTTOM, x(x), HEIGHT - BOTTOM + 5, "#333");
            text(x(x), HEIGHT - BOTTOM + 20, "middle", 12, number(x));
        }
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", 12, "calls");
    }

    private void line(Line line, int index) {
        StringBuilder points = new StringBuilder();
        for (Dot dot : line.dots()) {
            points.append(Text.of("%.1f,%.1f ", x(dot.x()), y(dot.y())));
            svg.append(Text.of("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n", x(dot.x()), y(dot.y()), line.colour()));
        }
        String style = Text.of("fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"", line.colour(), line.dash());
        svg.append(Text.of("<polyline points=\"%s\" %s/>%n", points.toString().strip(), style));
        int y = TOP + 10 + index * 20;
        svg.append(Text.of("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" %s/>%n", WIDTH - RIGHT + 16, y, WIDTH - RIGHT + 44, y, style));
        text(WIDTH - RIGHT + 50, y + 4, "start", 12, line.name());
    }

    private void stroke(double x1, double y1, double x2, double y2, String colour) {
        svg.append(Text.of(
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n", x1, y1, x2, y2, colour));
    }

    private void text(double x, double y, String anchor, int size, String words) {
        svg.append(Text.of("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>%n",
                x, y, anchor, size, words.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private static String number(double value) {
        String text = Text.of("%.6f", value);
        return text.replaceAll("\\.?0+$", "").isEmpty() ? "0" : text.replaceAll("\\.?0+$", "");
    }

    private double x(double calls) {
        return LEFT + calls / maxX * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        double share = log
                ? (Math.log10(Math.max(value, minY)) - Math.log10(minY)) / Math.max(1, Math.log10(maxY) - Math.log10(minY))
                : value / maxY;
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }
}
