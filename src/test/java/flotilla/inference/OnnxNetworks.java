package flotilla.inference;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tiny ONNX networks, written as the protocol buffers that they are. Each takes float32 N×3×H×W.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto, whose numbers these are</a>
 */
final class OnnxNetworks {
    /** A dimension of any size. */
    static final long ANY = -1;

    private static final int FLOAT = 1;
    private static final int INT = 2;
    private static final int INTS = 7;
    private static final int IR_VERSION = 7;
    private static final int OPERATORS_VERSION = 13;

    private OnnxNetworks() {}

    /** What the network calculates that a model of {@code src/test/resources/models} has for PyTorch. */
    static byte[] like(String model) {
        return switch (model) {
            case "means" -> means(ANY);
            case "nan" ->
                model(
                        ANY,
                        ANY,
                        meanOver("means", 2, 3),
                        node("Sub", "zero", "means", "means"),
                        node("Div", "scores", "zero", "zero"));
            case "flat" -> model(ANY, ANY, meanOver("scores", 0, 2, 3));
            case "picky" -> model(ANY, 8, meanOver("scores", 2, 3));
            default -> throw new IllegalArgumentException("no network " + model);
        };
    }

    /**
     * The mean of each channel.
     *
     * @param images that it takes together, or {@link #ANY}
     */
    static byte[] means(long images) {
        return model(images, ANY, meanOver("scores", 2, 3));
    }

    /** The mean of each channel with the other sign. */
    static byte[] negativeMeans() {
        return model(ANY, ANY, meanOver("means", 2, 3), node("Neg", "scores", "means"));
    }

    /** A model folder with such a network beside the labels and the configuration of a model for PyTorch. */
    static ModelFolder folder(Path folder, String model, byte[] network) {
        try {
            for (String file : new String[] {"model.conf", "labels.txt"}) {
                Files.copy(Path.of("src/test/resources/models", model, file), folder.resolve(file));
            }
            Files.write(folder.resolve("model.onnx"), network);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ModelFolder.at(folder, folder.toString());
    }

    private static byte[] model(long images, long side, Message... nodes) {
        Message graph = new Message();
        for (Message node : nodes) {
            graph.message(1, node);
        }
        graph.text(2, "tiny")
                .message(11, value("images", shape(images, 3, side, side)))
                .message(12, value("scores", new Message().number(1, FLOAT)));
        return new Message()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().text(1, "").number(2, OPERATORS_VERSION))
                .bytes();
    }

    private static Message value(String name, Message tensorType) {
        return new Message().text(1, name).message(2, new Message().message(1, tensorType));
    }

    private static Message shape(long... sizes) {
        Message shape = new Message();
        for (int i = 0; i < sizes.length; i++) {
            Message dimension = new Message();
            shape.message(1, sizes[i] == ANY ? dimension.text(2, "any" + i) : dimension.number(1, sizes[i]));
        }
        return new Message().number(1, FLOAT).message(2, shape);
    }

    private static Message meanOver(String output, long... axes) {
        Message dimensions = new Message().text(1, "axes").number(20, INTS);
        for (long axis : axes) {
            dimensions.number(8, axis);
        }
        return node("ReduceMean", output, "images")
                .message(5, dimensions)
                .message(5, new Message().text(1, "keepdims").number(3, 0).number(20, INT));
    }

    private static Message node(String operator, String output, String... inputs) {
        Message node = new Message();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(4, operator);
    }

    /**
     * A message of protocol buffers, field by field.
     *
     * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
     */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int LENGTH = 2;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes());
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private Message bytes(int field, byte[] value) {
            varint((long) field << 3 | LENGTH);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        private void varint(long value) {
            long left = value;
            while ((left & ~0x7fL) != 0) {
                out.write((int) (left & 0x7f | 0x80));
                left >>>= 7;
            }
            out.write((int) left);
        }
    }
}
