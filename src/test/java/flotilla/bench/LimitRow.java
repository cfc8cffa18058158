package flotilla.bench;

import java.util.ArrayList;
import java.util.List;

/** The bound of the next rows, in images per second; a row of its own for each precision. */
final class LimitRow implements Row {
    @Override
    public String name() {
        return "limit";
    }

    @Override
    public String about() {
        return "one JVM that decodes and predicts photographs from memory, ResNet-18, at its best setting";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        List<Figure> figures = new ArrayList<>();
        Limit limit = new Limit(lab);
        for (String precision : List.of(Variant.FP32, "bf16", "int8")) {
            String name = "limit, " + precision;
            if (Variant.of(precision).isEmpty()) {
                figures.add(Figure.leftOut(name, "there is no such variant of the model"));
                continue;
            }
            Setting best = limit.best(precision);
            List<Double> rates = new ArrayList<>();
            for (int run = 0; run < lab.runs(); run++) {
                rates.add(limit.imagesPerSecond(best));
            }
            figures.add(Figure.of(name, "images/s", new Samples(rates)).with(best.toString()));
        }
        return figures;
    }
}
