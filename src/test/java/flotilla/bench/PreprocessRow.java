package flotilla.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** From an encoded photograph to the network's input, by JMH: ours against DJL's own; a new JVM for each run, in turns. */
final class PreprocessRow implements Row {
    private static final String BENCHMARKS = "flotilla.inference.PreprocessBench";

    @Override
    public String name() {
        return "preprocess";
    }

    @Override
    public String about() {
        return "decode, resize and normalise a JPEG of 500×375 ÷ DJL's stock ImageFactory and transforms (JMH)";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Map<String, List<Double>> millis = new LinkedHashMap<>();
        for (int run = 0; run < lab.runs(); run++) {
            ChainedOptionsBuilder options = new OptionsBuilder()
                    .include(BENCHMARKS + "\\.")
                    .param("photos", lab.photos().toString())
                    .param("model", Lab.MATERIAL.resolve("resnet18").toString())
                    .forks(1)
                    .warmupIterations(lab.either(1, 3))
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(lab.either(1, 3))
                    .measurementTime(TimeValue.seconds(1))
                    .jvmArgs(Lab.loopJvmOptions().toArray(String[]::new))
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT);
            Collection<RunResult> results = new Runner(options.build()).run();
            for (RunResult result : results) {
                String name = result.getParams().getBenchmark();
                millis.computeIfAbsent(name.substring(name.lastIndexOf('.') + 1), part -> new ArrayList<>())
                        .add(result.getPrimaryResult().getScore());
            }
        }
        Samples ours = new Samples(millis.get("ours"));
        Samples stock = new Samples(millis.get("stock"));
        return List.of(
                Figure.of("ours", "ms", ours),
                Figure.of("DJL's stock", "ms", stock),
                Figure.ratio("ours ÷ stock", ours.over(stock), Target.atMost(0.30)),
                Figure.of("decode alone", "ms", new Samples(millis.get("decode"))),
                Figure.of("predict alone", "ms", new Samples(millis.get("predict")))
                        .with("one thread, traced"));
    }
}
