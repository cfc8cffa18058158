package flotilla.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The network alone on PyTorch against ONNX Runtime, each at its best setting, fp32; in turns. PyTorch's best is one whose answers are
 * right on this processor, as a worker's are; the fastest of all has a figure of its own.
 */
final class EnginesRow implements Row {
    private static final ObjectMapper JSON = new ObjectMapper();

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
    public String about(Subject asked) {
        return "predict alone, ResNet-18, fp32: PyTorch's best setting with right answers ÷ ONNX Runtime's best";
    }

    @Override
    public Optional<String> leftOut(Subject asked) {
        return Subject.requireStandard(asked);
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        List<Way> torches = new ArrayList<>();
        for (String layout : List.of("planar", "interleaved")) {
            torches.addAll(ways(layout, "resnet18/model.pt"));
            torches.addAll(ways(layout, "resnet18/model.fp32.pt"));
            torches.addAll(ways(layout, "resnet18-channels-last/model.pt"));
        }
        Winners<Way> pytorch = Winners.among(
                "PyTorch",
                lab.some(torches),
                way -> judged(lab, way),
                way -> told(lab, way, lab.either(1, 2), lab.either(2, 6)));
        Way onnx = best(lab, "ONNX Runtime", ways("onnx", "resnet18.onnx"));
        boolean alike = pytorch.right().equals(pytorch.ofAll());
        List<Double> ours = new ArrayList<>();
        List<Double> fastest = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        for (int run = 0; run < lab.runs(); run++) {
            ours.add(rate(lab, pytorch.right()));
            fastest.add(alike ? ours.get(run) : rate(lab, pytorch.ofAll()));
            theirs.add(rate(lab, onnx));
        }
        Samples our = new Samples(ours);
        Samples their = new Samples(theirs);
        return List.of(
                Figure.of("PyTorch, right answers", "images/s", our)
                        .with(pytorch.right().toString()),
                Figure.of("ONNX Runtime", "images/s", their).with(onnx.toString()),
                Figure.ratio("PyTorch, right answers ÷ ONNX Runtime", our.over(their), Target.atLeast(0.90)),
                Figure.of("PyTorch's fastest, right or wrong ÷ ONNX Runtime", "", new Samples(fastest).over(their))
                        .with(alike ? "the same: its answers are right" : pytorch.ofAll() + "; its answers are wrong"));
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

    /** A brief measurement of PyTorch, after which its answers are held against the plain network's. */
    private static Winners.Tried judged(Lab lab, Way way) throws IOException, InterruptedException {
        Path plain = BenchModel.RESNET18.plainFolder();
        JsonNode said = run(lab, way, 1, lab.either(1, 2), List.of(plain.toString()));
        Winners.Tried tried = new Winners.Tried(
                said.required("imagesPerSecond").asDouble(),
                said.required("right").asBoolean());
        lab.say(way + ": " + Samples.shown(tried.rate()) + " images/s"
                + (tried.isRight() ? "" : "; its answers are wrong on this processor"));
        return tried;
    }

    /** One run at full length. */
    private static double rate(Lab lab, Way way) throws IOException, InterruptedException {
        return rate(lab, way, lab.either(1, 2), lab.either(2, 6));
    }

    private static double rate(Lab lab, Way way, double warm, double seconds) throws IOException, InterruptedException {
        return run(lab, way, warm, seconds, List.of())
                .required("imagesPerSecond")
                .asDouble();
    }

    /** @param judge the plain network's folder, or nothing when the answers are not judged */
    private static JsonNode run(Lab lab, Way way, double warm, double seconds, List<String> judge)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                way.engine(),
                way.file().toString(),
                Integer.toString(way.predictors()),
                Integer.toString(way.threads()),
                Integer.toString(way.together()),
                Double.toString(warm),
                Double.toString(seconds)));
        arguments.addAll(judge);
        try (Running loop = lab.loop(PredictLoop.class, arguments)) {
            return JSON.readTree(loop.result());
        }
    }
}
