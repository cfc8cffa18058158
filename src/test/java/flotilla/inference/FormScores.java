package flotilla.inference;

import ai.djl.Model;
import ai.djl.translate.TranslateException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
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
        PyTorchEngine engine = new PyTorchEngine();
        engine.start();
        FolderSource source = new FolderSource(ModelFolder.at(Path.of(arguments[0]), arguments[0]), engine);
        TrialImages images = TrialImages.load(source.spec().input());
        Tuning way = Tuning.inOneThread(arguments[1], Layout.PLANAR);
        for (float[] photograph : scores(source, way, images)) {
            System.out.println(LINE
                    + IntStream.range(0, photograph.length)
                            .mapToObj(i -> Float.toString(photograph[i]))
                            .collect(Collectors.joining(",")));
        }
    }

    /** What a network answers in a way, loaded and run in a thread that has its number of threads. */
    static float[][] scores(ModelSource source, Tuning way, TrialImages images) throws TranslateException {
        AtomicReference<Model> loaded = new AtomicReference<>();
        try {
            return new Comparison(source.spec().output().activation(), images).alone(source.engine(), way, wanted -> {
                loaded.set(source.load(wanted));
                return loaded.get();
            });
        } finally {
            Optional.ofNullable(loaded.get()).ifPresent(Model::close);
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
