package flotilla.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The network alone on PyTorch against ONNX Runtime, each at its best setting, fp32; in turns. */
final class EnginesRow implements Row {
    /** A network's file, its engine or how its input lies for PyTorch, and how it is run. */
    private record Way(String engine, String network, Path file, int predictors, int threads, int together) {
        @Override
        public String toString() {
            return network + " " + engine + ", " + predictors + "×" + threads + (threads == 1 ? " thread" : " threads")
                    + ", batch " + together;
        }
    }

    @Override
    public String name() {
        return "engines";
    }

    @Override
    public String about() {
        return "predict alone, ResNet-18, fp32: PyTorch's best setting ÷ ONNX Runtime's best";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        List<Way> torches = new ArrayList<>();
        for (String layout : List.of("planar", "interleaved")) {
            torches.addAll(ways(layout, "resnet18/model.pt"));
            torches.addAll(ways(layout, "resnet18/model.fp32.pt"));
            torches.addAll(ways(layout, "resnet18-channels-last/model.pt"));
        }
        Way pytorch = best(lab, "PyTorch", torches);
        Way onnx = best(lab, "ONNX Runtime", ways("onnx", "resnet18.onnx"));
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        for (int run = 0; run < lab.runs(); run++) {
            ours.add(rate(lab, pytorch, lab.either(1, 2), lab.either(2, 6)));
            theirs.add(rate(lab, onnx, lab.either(1, 2), lab.either(2, 6)));
        }
        Samples our = new Samples(ours);
        Samples their = new Samples(theirs);
        return List.of(
                Figure.of("PyTorch", "images/s", our).with(pytorch.toString()),
                Figure.of("ONNX Runtime", "images/s", their).with(onnx.toString()),
                Figure.ratio("PyTorch ÷ ONNX Runtime", our.over(their), Target.atLeast(0.90)));
    }

    /** Those of one network; none when its file is not there. */
    private static List<Way> ways(String engine, String network) {
        Path file = Lab.MATERIAL.resolve(network);
        int cores = Runtime.getRuntime().availableProcessors();
        List<Way> ways = new ArrayList<>();
        if (Files.exists(file)) {
            for (int together : List.of(1, 4, 8)) {
                ways.add(new Way(engine, network, file, cores, 1, together));
                if (cores > 1) {
                    ways.add(new Way(engine, network, file, 1, cores, together));
                }
            }
        }
        return ways;
    }

    private static Way best(Lab lab, String engine, List<Way> all) throws IOException, InterruptedException {
        return Search.fastest(
                engine,
                lab.some(all),
                way -> told(lab, way, 1, lab.either(1, 2)),
                way -> told(lab, way, lab.either(1, 2), lab.either(2, 6)));
    }

    private static OptionalDouble told(Lab lab, Way way, double warm, double seconds)
            throws IOException, InterruptedException {
        double rate = rate(lab, way, warm, seconds);
        lab.say(way + ": " + Samples.shown(rate) + " images/s");
        return OptionalDouble.of(rate);
    }

    private static double rate(Lab lab, Way way, double warm, double seconds) throws IOException, InterruptedException {
        List<String> arguments = List.of(
                way.engine(),
                way.file().toString(),
                Integer.toString(way.predictors()),
                Integer.toString(way.threads()),
                Integer.toString(way.together()),
                Double.toString(warm),
                Double.toString(seconds));
        try (Running loop = lab.loop(PredictLoop.class, arguments)) {
            return Double.parseDouble(loop.result());
        }
    }
}
