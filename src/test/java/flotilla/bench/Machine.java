package flotilla.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the figures were measured on. */
final class Machine {
    private static final List<String> TELLING_FLAGS =
            List.of("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8");

    private Machine() {}

    /** Names and values, in the order in which they should be read. */
    static Map<String, String> describe() throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        String processor = Files.readString(Path.of("/proc/cpuinfo"));
        all.put("processor", field(processor, "model name"));
        all.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        List<String> flags = List.of(field(processor, "flags").split(" "));
        all.put("flags", TELLING_FLAGS.stream().filter(flags::contains).collect(Collectors.joining(" ")));
        all.put("memory", field(Files.readString(Path.of("/proc/meminfo")), "MemTotal"));
        all.put("load before", Files.readString(Path.of("/proc/loadavg")).strip());
        all.put("evenness before", Evenness.measure().text());
        all.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        all.put("jdk", System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version"));
        all.put("pytorch", version("ai/djl/pytorch/pytorch-native-cpu"));
        all.put("djl", version("ai/djl/api"));
        all.put("onnxruntime", version("com/microsoft/onnxruntime/onnxruntime"));
        return all;
    }

    /** The value of a line {@code name : value} of a file below {@code /proc}; the first one. */
    static String field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    /** The version of a library by its place on the class path, which Maven names after it. */
    private static String version(String artifact) {
        return Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .filter(entry -> entry.contains("/" + artifact + "/"))
                .map(entry -> Path.of(entry).getParent().getFileName().toString())
                .findFirst()
                .orElse("unknown");
    }
}
