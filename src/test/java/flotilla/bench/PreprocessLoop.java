package flotilla.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Has JMH measure the parts of a classification, each in a JVM of its own, which has this one's environment and options. Prints one
 * line of JSON: milliseconds of each.
 */
final class PreprocessLoop {
    private static final String BENCHMARKS = "flotilla.inference.PreprocessBench";

    private PreprocessLoop() {}

    /** Arguments: the photographs' folder, a model's folder, seconds of warming, seconds of measuring. */
    public static void main(String[] args) throws RunnerException {
        Options options = new OptionsBuilder()
                .include(BENCHMARKS + "\\.")
                .param("photos", args[0])
                .param("model", args[1])
                .forks(1)
                .warmupIterations(Integer.parseInt(args[2]))
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(Integer.parseInt(args[3]))
                .measurementTime(TimeValue.seconds(1))
                .jvmArgs(LoopJvm.options().toArray(String[]::new))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        ObjectNode millis = new ObjectMapper().createObjectNode();
        for (RunResult result : new Runner(options).run()) {
            String name = result.getParams().getBenchmark();
            millis.put(
                    name.substring(name.lastIndexOf('.') + 1),
                    result.getPrimaryResult().getScore());
        }
        System.out.println(Running.RESULT + millis);
    }
}
