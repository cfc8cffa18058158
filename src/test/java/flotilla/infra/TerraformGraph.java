package flotilla.infra;

import flotilla.infra.Hcl.Block;
import flotilla.infra.Hcl.Body;
import flotilla.infra.Hcl.Document;
import flotilla.infra.Hcl.Expression;
import flotilla.infra.Hcl.Reference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which resource, data source, local or output refers to which others, as Terraform orders them: by every reference in its block,
 * whatever count, for_each or a condition comes to, and by depends_on and replace_triggered_by. A resource is one node, however many
 * instances it has.
 *
 * @see <a href="https://developer.hashicorp.com/terraform/internals/graph">Terraform's resource graph</a>
 */
final class TerraformGraph {
    private final Map<String, Set<String>> edges = new TreeMap<>();

    private TerraformGraph() {}

    static TerraformGraph of(Collection<Document> files) {
        TerraformGraph graph = new TerraformGraph();
        for (Document file : files) {
            file.body().blocks().forEach(graph::add);
        }
        graph.edges.values().forEach(to -> to.retainAll(graph.edges.keySet()));
        return graph;
    }

    private void add(Block block) {
        switch (block.type()) {
            case "resource" -> add(String.join(".", block.labels()), references(block.body()));
            case "data" -> add("data." + String.join(".", block.labels()), references(block.body()));
            case "output" -> add("output." + block.labels().get(0), references(block.body()));
            case "locals" ->
                block.body().attributes().forEach(one -> add("local." + one.name(), references(one.value())));
            default -> {}
        }
    }

    private void add(String node, Stream<Reference> references) {
        Set<String> to = edges.computeIfAbsent(node, none -> new TreeSet<>());
        references.map(TerraformGraph::node).forEach(to::add);
    }

    /** What follows ignore_changes are names of the block itself. */
    private static Stream<Reference> references(Body body) {
        return Stream.concat(
                body.attributes().stream()
                        .filter(one -> !one.name().equals("ignore_changes"))
                        .flatMap(one -> references(one.value())),
                body.blocks().stream().flatMap(one -> references(one.body())));
    }

    private static Stream<Reference> references(Expression expression) {
        return expression.all().filter(Reference.class::isInstance).map(Reference.class::cast);
    }

    /** The node that a reference is to; a name that no node has when it is to none. */
    private static String node(Reference reference) {
        List<String> names = reference.names();
        int length = reference.root().equals("data") ? 3 : 2;
        return String.join(".", names.subList(0, Math.min(length, names.size())));
    }

    /** What a node refers to itself. */
    Set<String> to(String node) {
        return edges.getOrDefault(node, Set.of());
    }

    /** All nodes. */
    Set<String> nodes() {
        return edges.keySet();
    }

    /** A way from a node back to itself, each referring to the next; empty when there is none. */
    Optional<List<String>> cycle() {
        Set<String> done = new HashSet<>();
        return edges.keySet().stream()
                .flatMap(node -> cycle(node, new ArrayList<>(), done).stream())
                .findFirst();
    }

    private Optional<List<String>> cycle(String node, List<String> way, Set<String> done) {
        if (way.contains(node)) {
            List<String> round = new ArrayList<>(way.subList(way.indexOf(node), way.size()));
            round.add(node);
            return Optional.of(round);
        }
        if (done.contains(node)) {
            return Optional.empty();
        }
        way.add(node);
        Optional<List<String>> found = to(node).stream()
                .flatMap(next -> cycle(next, way, done).stream())
                .findFirst();
        way.remove(way.size() - 1);
        done.add(node);
        return found;
    }
}
