package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A name that is imported and not exported keeps the whole page from starting, and no compiler tells of it. */
class PageScriptsTest {
    private static final Path PAGE = Path.of("src", "main", "resources", "web", "page");
    private static final Pattern IMPORT = Pattern.compile("import \\{([^}]+)} from \"\\./([\\w.]+)\"");
    private static final Pattern WHOLE = Pattern.compile("import \\* as (\\w+) from \"\\./([\\w.]+)\"");
    private static final Pattern EXPORT =
            Pattern.compile("^export (?:async )?(?:const|let|function|class) (\\w+)", Pattern.MULTILINE);

    private static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(PAGE)) {
            return files.filter(file -> file.toString().endsWith(".js"))
                    .sorted()
                    .toList();
        }
    }

    private static Set<String> exported(String script) throws IOException {
        return EXPORT.matcher(Files.readString(PAGE.resolve(script)))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void importedNames_shouldBeExported() throws IOException {
        List<String> missing = new ArrayList<>();
        int imported = 0;
        for (Path script : scripts()) {
            String text = Files.readString(script);
            for (MatchResult line : IMPORT.matcher(text).results().toList()) {
                Set<String> there = exported(line.group(2));
                for (String name : line.group(1).split(",")) {
                    imported++;
                    if (!there.contains(name.strip())) {
                        missing.add(script.getFileName() + " imports " + name.strip() + " of " + line.group(2));
                    }
                }
            }
            for (MatchResult line : WHOLE.matcher(text).results().toList()) {
                Set<String> there = exported(line.group(2));
                for (MatchResult use : Pattern.compile("\\b" + line.group(1) + "\\.(\\w+)")
                        .matcher(text.replace(line.group(), ""))
                        .results()
                        .toList()) {
                    imported++;
                    if (!there.contains(use.group(1))) {
                        missing.add(script.getFileName() + " uses " + use.group() + " of " + line.group(2));
                    }
                }
            }
        }

        assertThat(missing).isEmpty();
        assertThat(imported).as("imports are found").isGreaterThan(scripts().size());
    }
}
