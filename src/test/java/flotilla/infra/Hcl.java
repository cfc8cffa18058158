package flotilla.infra;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a file of HCL says: blocks in blocks, attributes, and their expressions as trees. */
final class Hcl {
    private Hcl() {}

    /**
     * A file.
     *
     * @param comments by line
     */
    record Document(Body body, Map<Integer, String> comments) {}

    record Body(List<Attribute> attributes, List<Block> blocks) {
        Body {
            attributes = List.copyOf(attributes);
            blocks = List.copyOf(blocks);
        }

        Optional<Expression> attribute(String name) {
            return attributes.stream()
                    .filter(one -> one.name().equals(name))
                    .map(Attribute::value)
                    .findFirst();
        }

        Stream<Block> blocks(String type) {
            return blocks.stream().filter(one -> one.type().equals(type));
        }

        /** Every expression in it, of blocks within blocks too. */
        Stream<Expression> expressions() {
            return Stream.concat(
                    attributes.stream().map(Attribute::value),
                    blocks.stream().flatMap(block -> block.body().expressions()));
        }
    }

    record Attribute(String name, Expression value, int line) {}

    record Block(String type, List<String> labels, Body body, int line) {
        Block {
            labels = List.copyOf(labels);
        }
    }

    /** Part of an expression. */
    sealed interface Expression {
        /** What it is made of, without itself. */
        default Stream<Expression> parts() {
            return Stream.empty();
        }

        /** Itself and all that it is made of. */
        default Stream<Expression> all() {
            return Stream.concat(Stream.of(this), parts().flatMap(Expression::all));
        }

        /** The text, when it is a constant one. */
        default Optional<String> text() {
            return Optional.empty();
        }

        /** The constant texts in it. */
        default List<String> texts() {
            return all().flatMap(one -> one instanceof Constant ? one.text().stream() : Stream.empty())
                    .toList();
        }
    }

    /** A number, a truth value, null, or a text without interpolations. */
    record Constant(String value) implements Expression {
        @Override
        public Optional<String> text() {
            return Optional.of(value);
        }
    }

    /** A text with interpolations. */
    record Template(List<Expression> pieces) implements Expression {
        @Override
        public Stream<Expression> parts() {
            return pieces.stream();
        }
    }

    /** Operands of whatever operator, or elements of a list. */
    record Several(String kind, List<Expression> operands) implements Expression {
        @Override
        public Stream<Expression> parts() {
            return operands.stream();
        }
    }

    record Call(String function, List<Expression> arguments) implements Expression {
        @Override
        public Stream<Expression> parts() {
            return arguments.stream();
        }
    }

    record Entry(Expression key, Expression value) {}

    /** An object; a key that is a bare name is a constant. */
    record Fields(List<Entry> entries) implements Expression {
        @Override
        public Stream<Expression> parts() {
            return entries.stream().flatMap(entry -> Stream.of(entry.key(), entry.value()));
        }

        Optional<Expression> value(String key) {
            return entries.stream()
                    .filter(entry -> entry.key().text().equals(Optional.of(key)))
                    .map(Entry::value)
                    .findFirst();
        }
    }

    /** {@code for} in a list or an object. */
    record Comprehension(List<String> variables, List<Expression> expressions) implements Expression {
        @Override
        public Stream<Expression> parts() {
            return expressions.stream();
        }
    }

    /**
     * A name and the way from there, such as {@code aws_lb.this[0].arn}: steps are names; {@code []} stands for any index, and
     * what is in it is among {@code indices}.
     */
    record Reference(String root, List<String> steps, List<Expression> indices, int line) implements Expression {
        @Override
        public Stream<Expression> parts() {
            return indices.stream();
        }

        /** The steps that are names. */
        List<String> names() {
            List<String> names = new ArrayList<>(List.of(root));
            steps.stream().filter(step -> !step.equals("[]")).forEach(names::add);
            return names;
        }
    }
}
