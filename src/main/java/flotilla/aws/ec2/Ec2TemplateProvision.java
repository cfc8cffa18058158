package flotilla.aws.ec2;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.FleetSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Provider;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.LaunchTemplate;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateHttpTokensState;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * Sees, makes and removes the launch template of workers. Of one that is there only what the settings name is changed, in a new
 * version, which the supervisor launches from then on; that of the embedded cloud's group is made anew.
 */
public final class Ec2TemplateProvision implements Provider, AutoCloseable {
    private static final String NEWEST = "$Latest";
    private static final String NO_SUCH_NAME = "InvalidLaunchTemplateName.NotFoundException";
    private static final String NAME_IS_TAKEN = "InvalidLaunchTemplateName.AlreadyExistsException";

    private final Ec2AsyncClient client;
    private final TemplateData data;
    private final String cluster;
    private final Optional<String> image;

    private Ec2TemplateProvision(Ec2AsyncClient client, FleetSettings fleet, String cluster, Optional<String> image) {
        this.client = client;
        this.data = new TemplateData(fleet, cluster);
        this.cluster = cluster;
        this.image = image;
    }

    /** Makes the client; nothing is sent yet. */
    public static Ec2TemplateProvision connect(AwsClients clients, FleetSettings fleet, String cluster) {
        return new Ec2TemplateProvision(
                Ec2InstanceFleet.client(clients), fleet, cluster, Ec2Launch.templateImage(clients.settings(), fleet));
    }

    @Override
    public CompletionStage<Seen> look(Thing thing) {
        return find(thing.name())
                .thenCompose(found -> found.map(
                                template -> newest(thing.name()).<Seen>thenApply(data -> present(template, data)))
                        .orElseGet(() -> CompletableFuture.completedFuture(new Seen.Missing())));
    }

    private static Seen present(LaunchTemplate template, ResponseLaunchTemplateData data) {
        SortedMap<String, String> attributes = new TreeMap<>();
        attributes.put(Attributes.IMAGE, Optional.ofNullable(data.imageId()).orElse(""));
        attributes.put(
                Attributes.TYPE,
                Optional.ofNullable(data.instanceTypeAsString()).orElse(""));
        attributes.put(Attributes.KEY, Optional.ofNullable(data.keyName()).orElse(""));
        attributes.put(Attributes.PROFILE, profile(data));
        attributes.put(Attributes.SECURITY_GROUPS, String.join(",", TemplateData.securityGroups(data)));
        boolean sessions = data.metadataOptions() != null
                && data.metadataOptions().httpTokens() == LaunchTemplateHttpTokensState.REQUIRED;
        attributes.put(Attributes.METADATA, sessions ? Attributes.SESSIONS : Attributes.OPEN);
        boolean encrypted = !data.blockDeviceMappings().isEmpty()
                && data.blockDeviceMappings().stream()
                        .allMatch(disk -> disk.ebs() == null
                                || Boolean.TRUE.equals(disk.ebs().encrypted()));
        attributes.put(Attributes.ENCRYPTION, encrypted ? Attributes.ON : Attributes.OFF);
        return new Seen.Present(
                template.tags().stream()
                        .filter(tag -> tag.key().equals(Ec2Tags.CLUSTER))
                        .map(tag -> tag.value())
                        .findFirst(),
                true,
                attributes);
    }

    private static String profile(ResponseLaunchTemplateData data) {
        if (data.iamInstanceProfile() == null) {
            return "";
        }
        return Optional.ofNullable(data.iamInstanceProfile().name()).orElseGet(() -> {
            String arn = Optional.ofNullable(data.iamInstanceProfile().arn()).orElse("");
            return arn.substring(arn.lastIndexOf('/') + 1);
        });
    }

    @Override
    public CompletionStage<Done> create(Wanted wanted) {
        String name = wanted.thing().name();
        return Ec2Images.find(client, image.orElseThrow())
                .thenCompose(found -> said(
                        "CreateLaunchTemplate",
                        name,
                        client.createLaunchTemplate(request -> request.launchTemplateName(name)
                                .launchTemplateData(data.fresh(found))
                                .tagSpecifications(TagSpecification.builder()
                                        .resourceType(ResourceType.LAUNCH_TEMPLATE)
                                        .tags(Ec2Tags.tag(Ec2Tags.CLUSTER, cluster))
                                        .build()))))
                .thenApply(created -> Done.getInstance());
    }

    /** What is as wanted, and what settings do not name, comes from the newest version. */
    @Override
    public CompletionStage<Done> change(Wanted wanted, Set<String> attributes) {
        String name = wanted.thing().name();
        CompletionStage<?> version = attributes.isEmpty()
                ? CompletableFuture.completedFuture(Done.getInstance())
                : newest(name)
                        .thenCompose(newest -> {
                            TemplateData.conflict(newest, attributes).ifPresent(why -> {
                                throw new InfrastructureException(
                                        "launch template " + name + " cannot be changed: " + why, null);
                            });
                            return imageOf(newest, attributes)
                                    .thenApply(found -> data.changed(newest, attributes, found));
                        })
                        .thenCompose(changed -> newVersion(name, Optional.of(NEWEST), changed));
        return version.thenCompose(made -> find(name))
                .thenCompose(template -> said(
                        "CreateTags",
                        name,
                        client.createTags(request -> request.resources(
                                        template.orElseThrow().launchTemplateId())
                                .tags(Ec2Tags.tag(Ec2Tags.CLUSTER, cluster)))))
                .thenApply(tagged -> Done.getInstance());
    }

    /**
     * Makes the template of a group of the embedded cloud, or a new version of it that takes nothing from earlier ones. May be
     * repeated.
     *
     * @param userData plain text, HOCON
     * @throws java.util.NoSuchElementException without an image: the embedded cloud has one always
     */
    public CompletionStage<Done> makeForGroup(String name, String userData) {
        RequestLaunchTemplateData given = data.embedded(image.orElseThrow(), userData);
        return client.createLaunchTemplate(
                        request -> request.launchTemplateName(name).launchTemplateData(given))
                .handle((created, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedStage(Done.getInstance());
                    }
                    return AwsErrors.code(failure).equals(NAME_IS_TAKEN)
                            ? newVersion(name, Optional.empty(), given)
                            : said("CreateLaunchTemplate", name, CompletableFuture.<Done>failedStage(failure));
                })
                .thenCompose(Function.identity());
    }

    /** @param source the version from which comes what is not given; empty for none */
    private CompletionStage<Done> newVersion(String name, Optional<String> source, RequestLaunchTemplateData given) {
        return said(
                        "CreateLaunchTemplateVersion",
                        name,
                        client.createLaunchTemplateVersion(request -> request.launchTemplateName(name)
                                .sourceVersion(source.orElse(null))
                                .launchTemplateData(given)))
                .thenApply(made -> Done.getInstance());
    }

    /** The new version's image, where its disks must be looked at. */
    private CompletionStage<Optional<Image>> imageOf(ResponseLaunchTemplateData newest, Set<String> attributes) {
        Optional<String> id = image.or(() -> Optional.ofNullable(newest.imageId()))
                .filter(known -> TemplateData.touchesDisks(attributes));
        return id.isPresent()
                ? Ec2Images.find(client, id.get()).thenApply(Optional::of)
                : CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<Done> remove(Thing thing) {
        return client.deleteLaunchTemplate(request -> request.launchTemplateName(thing.name()))
                .handle((deleted, failure) -> {
                    if (failure != null && !AwsErrors.code(failure).equals(NO_SUCH_NAME)) {
                        throw AwsErrors.wrap("EC2 DeleteLaunchTemplate of " + thing.name(), failure);
                    }
                    return Done.getInstance();
                });
    }

    private CompletionStage<Optional<LaunchTemplate>> find(String name) {
        return client.describeLaunchTemplates(request -> request.launchTemplateNames(name))
                .handle((answer, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(
                                answer.launchTemplates().stream().findFirst());
                    }
                    return AwsErrors.code(failure).equals(NO_SUCH_NAME)
                            ? CompletableFuture.completedFuture(Optional.<LaunchTemplate>empty())
                            : CompletableFuture.<Optional<LaunchTemplate>>failedFuture(
                                    AwsErrors.wrap("EC2 DescribeLaunchTemplates of " + name, failure));
                })
                .thenCompose(Function.identity());
    }

    private CompletionStage<ResponseLaunchTemplateData> newest(String name) {
        return said(
                "DescribeLaunchTemplateVersions",
                name,
                client.describeLaunchTemplateVersions(
                                request -> request.launchTemplateName(name).versions(List.of(NEWEST)))
                        .thenApply(answer -> answer.launchTemplateVersions().stream()
                                .findFirst()
                                .orElseThrow(() -> new InfrastructureException(
                                        "EC2 told no version of launch template " + name + "; run it again", null))
                                .launchTemplateData()));
    }

    private static <T> CompletionStage<T> said(String operation, String name, CompletionStage<T> call) {
        return call.exceptionally(failure -> {
            throw AwsErrors.wrap("EC2 " + operation + " of launch template " + name, failure);
        });
    }

    @Override
    public void close() {
        client.close();
    }
}
