package flotilla.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** From an encoded photograph to the network's input, by JMH: ours against DJL's own; a new JVM for each run, in turns. */
final class PreprocessRow implements Row {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String name() {
        return "preprocess";
    }

    @Override
    public String about(Subject asked) {
        return "decode, resize and normalise a JPEG of 500×375 for "
                + asked.in(Variant.FP32).title() + " ÷ DJL's stock ImageFactory and transforms (JMH)";
    }

    /** Before the network precisions are one. */
    @Override
    public List<Subject> subjects(Subject asked) {
        return List.of(asked.in(Variant.FP32));
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Subject subject = lab.subject().in(Variant.FP32);
        List<JsonNode> runs = new ArrayList<>();
        for (int run = 0; run < lab.runs(); run++) {
            runs.add(millis(lab, subject));
        }
        Samples ours = samples(runs, "ours");
        Samples stock = samples(runs, "stock");
        return List.of(
                Figure.of(subject.named("ours"), "ms", ours),
                Figure.of(subject.named("DJL's stock"), "ms", stock),
                Figure.of(subject.named("ours ÷ stock"), "", ours.over(stock))
                        .against(subject.target(Target.atMost(0.30))),
                Figure.of(subject.named("decode alone"), "ms", samples(runs, "decode")),
                Figure.of(subject.named("predict alone"), "ms", samples(runs, "predict"))
                        .with("one thread, traced, fp32"));
    }

    private static JsonNode millis(Lab lab, Subject subject) throws IOException, InterruptedException {
        String seconds = Integer.toString(lab.either(1, 3));
        List<String> arguments =
                List.of(lab.photos().toString(), subject.model().plainFolder().toString(), seconds, seconds);
        try (Running loop = lab.loop(PreprocessLoop.class, arguments)) {
            return JSON.readTree(loop.result());
        }
    }

    private static Samples samples(List<JsonNode> runs, String part) {
        return new Samples(
                runs.stream().map(run -> run.required(part).asDouble()).toList());
    }
}
