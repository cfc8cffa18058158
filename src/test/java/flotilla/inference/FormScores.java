package flotilla.inference;

import ai.djl.Model;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A program of its own, because oneDNN reads its environment once: what a form of a network answers in one thread. Arguments: the
 * model's folder, the form's file. It prints a line of scores for each photograph.
 */
final class FormScores {
    private static final String LINE = "scores=";

    private FormScores() {}

    public static void main(String[] arguments) throws Exception {
        FolderSource source =
                new FolderSource(ModelFolder.at(Path.of(arguments[0]), arguments[0]), new PyTorchEngine());
        TrialImages images = TrialImages.load(source.spec().input());
        Tuning way = Tuning.inOneThread(arguments[1], Layout.PLANAR);
        try (Model network = source.load(way)) {
            float[][] scores = new Comparison(source.spec().output().activation(), images)
                    .alone(source.engine(), way, ignored -> network);
            for (float[] photograph : scores) {
                System.out.println(LINE
                        + IntStream.range(0, photograph.length)
                                .mapToObj(i -> Float.toString(photograph[i]))
                                .collect(Collectors.joining(",")));
            }
        }
    }

    /** The scores in what it printed, image by image. */
    static float[][] parse(String printed) {
        return printed.lines()
                .filter(line -> line.startsWith(LINE))
                .map(line -> line.substring(LINE.length()).split(","))
                .map(FormScores::floats)
                .toArray(float[][]::new);
    }

    private static float[] floats(String[] words) {
        float[] numbers = new float[words.length];
        for (int i = 0; i < words.length; i++) {
            numbers[i] = Float.parseFloat(words[i]);
        }
        return numbers;
    }
}
