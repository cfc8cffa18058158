package flotilla.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The network alone on PyTorch against ONNX Runtime, each at its best setting, fp32; in turns. */
final class EnginesRow implements Row {
    /** An engine with a network's file, and how it is run. */
    private record Way(String engine, String network, Path file, int predictors, int threads, int together) {
        @Override
        public String toString() {
            return network + ", " + predictors + "×" + threads + (threads == 1 ? " thread" : " threads") + ", batch "
                    + together;
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
        Way pytorch = best(
                lab,
                ways("pytorch", "traced", "resnet18/model.pt"),
                ways("pytorch", "channels-last", "resnet18-channels-last/model.pt"));
        Way onnx = best(lab, ways("onnx", "onnx", "resnet18.onnx"), List.of());
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

    private static List<Way> ways(String engine, String network, String file) {
        int cores = Runtime.getRuntime().availableProcessors();
        List<Way> ways = new ArrayList<>();
        for (int together : List.of(1, 4, 8)) {
            ways.add(new Way(engine, network, Lab.MATERIAL.resolve(file), cores, 1, together));
            if (cores > 1) {
                ways.add(new Way(engine, network, Lab.MATERIAL.resolve(file), 1, cores, together));
            }
        }
        return ways;
    }

    private static Way best(Lab lab, List<Way> some, List<Way> more) throws IOException, InterruptedException {
        List<Way> all = new ArrayList<>(some);
        all.addAll(more);
        return Search.fastest(
                all.get(0).engine(),
                all,
                way -> told(lab, way, 1, lab.either(1, 2)),
                way -> told(lab, way, lab.either(1, 2), lab.either(2, 6)));
    }

    private static OptionalDouble told(Lab lab, Way way, double warm, double seconds)
            throws IOException, InterruptedException {
        double rate = rate(lab, way, warm, seconds);
        lab.say(way.engine() + ", " + way + ": " + Samples.shown(rate) + " images/s");
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
