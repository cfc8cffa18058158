package flotilla.bench;

import java.util.ArrayList;
import java.util.List;

/** The bound of the next rows, in images per second; a figure of its own for each precision. */
final class LimitRow implements Row {
    @Override
    public String name() {
        return "limit";
    }

    @Override
    public String about(Subject asked) {
        return "one JVM that decodes and predicts photographs from memory, "
                + asked.in(Variant.FP32).title() + " in each precision, at its best setting";
    }

    @Override
    public List<Subject> subjects(Subject asked) {
        return Subject.PRECISIONS.stream()
                .map(asked::in)
                .filter(Subject::isThere)
                .toList();
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        List<Figure> figures = new ArrayList<>();
        Limit limit = new Limit(lab);
        for (String precision : Subject.PRECISIONS) {
            Subject subject = lab.subject().in(precision);
            String name = subject.in(Variant.FP32).named("limit") + ", " + precision;
            if (Variant.of(subject).isEmpty()) {
                figures.add(Figure.leftOut(name, "there is no such form of the model"));
                continue;
            }
            Setting best = limit.best(subject);
            List<Double> rates = new ArrayList<>();
            for (int run = 0; run < lab.runs(); run++) {
                rates.add(limit.imagesPerSecond(best));
            }
            figures.add(limit.figure(name, new Samples(rates), best));
        }
        return figures;
    }
}
