package dev.weirkeeper.cli.cluster;

import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The fewest rights each service and each kind of user needs on a cluster with an authorizer. What
 * is here is what the security tests run with; the table of docs/security.md is made of it.
 */
public final class LeastRights {

  private final Topics topics;
  private final List<String> pools;

  /** Rights on the topics and groups of this catalogue and these tool pools. */
  public LeastRights(Topics topics, List<String> pools) {
    this.topics = topics;
    this.pools = List.copyOf(pools);
  }

  /** Who gets rights. */
  public enum Role {
    PLANNER("the planner"),
    TOOL_EXECUTOR("tool executors"),
    AUDIT_SINK("the audit sink"),
    CONSOLE("the audit sink besides, if decisions are made through its console"),
    BOOTSTRAP("administrators: weir bootstrap, weir topics create, weir agents apply, weir erase"),
    SUBMITTER("programs that submit tasks and read results"),
    APPROVER("programs that decide on approvals"),
    OPERATOR("people with weir: submit, watch, decide, cancel, fork, look at everything");

    private final String who;

    Role(String who) {
      this.who = who;
    }

    /** In words. */
    public String who() {
      return who;
    }

    /** Its name as commands and tables write it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Operations on resources of one kind.
   *
   * @param pattern whether the names are whole or beginnings
   */
  public record Right(
      ResourceType type, PatternType pattern, List<AclOperation> operations, List<String> names) {

    /** As Kafka's admin client takes it, for a principal such as {@code User:planner}. */
    public List<AclBinding> bindings(String principal) {
      List<AclBinding> bindings = new ArrayList<>();
      for (String name : names) {
        for (AclOperation operation : operations) {
          bindings.add(
              new AclBinding(
                  new ResourcePattern(type, name, pattern),
                  new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW)));
        }
      }
      return bindings;
    }

    /** As a command of Kafka's own tools. */
    public String command(String bootstrapServers, String principal) {
      String kind = type == ResourceType.TRANSACTIONAL_ID ? "transactional-id" : word(type);
      return "kafka-acls.sh --bootstrap-server %s --add --allow-principal %s %s %s --resource-pattern-type %s"
          .formatted(
              bootstrapServers,
              principal,
              operations.stream()
                  .map(operation -> "--operation " + camel(operation))
                  .collect(Collectors.joining(" ")),
              names.stream().map(name -> "--" + kind + " " + name).collect(Collectors.joining(" ")),
              word(pattern));
    }
  }

  /** What a role needs; nothing else is. */
  public List<Right> of(Role role) {
    return switch (role) {
      case PLANNER -> planner();
      case TOOL_EXECUTOR -> toolExecutor();
      case AUDIT_SINK -> auditSink();
      case CONSOLE ->
          List.of(
              topicsTo(List.of(AclOperation.WRITE), topics.controls(), topics.approvalDecisions()));
      case BOOTSTRAP -> bootstrap();
      case SUBMITTER ->
          List.of(
              topicsTo(List.of(AclOperation.WRITE), topics.tasks()),
              topicsTo(List.of(AclOperation.READ), topics.results()),
              group(PatternType.PREFIXED, AclOperation.READ, "my-app"));
      case APPROVER ->
          List.of(
              topicsTo(List.of(AclOperation.READ), topics.approvalRequests()),
              topicsTo(List.of(AclOperation.WRITE), topics.approvalDecisions()),
              group(PatternType.PREFIXED, AclOperation.READ, "my-approvals"));
      case OPERATOR ->
          List.of(
              names(List.of(AclOperation.READ), everything()),
              topicsTo(
                  List.of(AclOperation.WRITE),
                  topics.tasks(),
                  topics.controls(),
                  topics.forks(),
                  topics.approvalDecisions()),
              groups(
                  PatternType.LITERAL,
                  List.of(AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS),
                  allGroups()));
    };
  }

  private List<Right> planner() {
    List<String> written =
        new ArrayList<>(
            namesOf(
                // Its own, and for sub-agents and records that were sent to the wrong partition
                // also those that others write.
                topics.tasks(),
                topics.controls(),
                topics.forks(),
                topics.modelCalls(),
                topics.modelReplies(),
                topics.toolResults(),
                topics.approvalRequests(),
                topics.approvalDecisions(),
                topics.budgetRequests(),
                topics.budgetGrants(),
                topics.pins(),
                topics.events(),
                topics.results(),
                topics.alerts(),
                topics.stream(),
                topics.deadLetters()));
    written.addAll(calls());
    String application = topics.plannerApplication();
    return List.of(
        topicsTo(
            List.of(AclOperation.READ),
            topics.tasks(),
            topics.controls(),
            topics.forks(),
            topics.modelCalls(),
            topics.modelReplies(),
            topics.toolResults(),
            topics.approvalDecisions(),
            topics.budgetRequests(),
            topics.budgetGrants(),
            topics.definitions(),
            topics.tools(),
            topics.tenants(),
            topics.pins()),
        names(List.of(AclOperation.WRITE), written),
        new Right(
            ResourceType.TOPIC,
            PatternType.PREFIXED,
            List.of(
                AclOperation.READ, AclOperation.WRITE, AclOperation.CREATE, AclOperation.DELETE),
            List.of(application + "-")),
        group(PatternType.LITERAL, AclOperation.READ, application),
        new Right(
            ResourceType.TRANSACTIONAL_ID,
            PatternType.PREFIXED,
            List.of(AclOperation.WRITE),
            List.of(application + "-")));
  }

  private List<Right> toolExecutor() {
    List<String> read = new ArrayList<>(calls());
    read.add(topics.controls().name());
    return List.of(
        names(List.of(AclOperation.READ), read),
        topicsTo(
            List.of(AclOperation.WRITE),
            topics.toolResults(),
            topics.tools(),
            topics.deadLetters()),
        groups(
            PatternType.LITERAL,
            List.of(AclOperation.READ, AclOperation.DESCRIBE_CONFIGS),
            executorGroups()));
  }

  private List<Right> auditSink() {
    return List.of(
        names(
            List.of(AclOperation.READ),
            everything().stream().filter(name -> !name.equals(topics.stream().name())).toList()),
        topicsTo(
            List.of(AclOperation.WRITE),
            topics.auditRoots(),
            topics.alerts(),
            topics.deadLetters()),
        group(PatternType.LITERAL, AclOperation.READ, topics.auditGroup()));
  }

  private List<Right> bootstrap() {
    return List.of(
        names(List.of(AclOperation.CREATE, AclOperation.DESCRIBE), everything()),
        topicsTo(
            List.of(AclOperation.READ, AclOperation.WRITE),
            topics.definitions(),
            topics.tenants(),
            topics.erasures()),
        groups(
            PatternType.LITERAL,
            List.of(AclOperation.ALTER_CONFIGS, AclOperation.DESCRIBE_CONFIGS),
            executorGroups()));
  }

  /** The rights as a table for documents, one row each. */
  public String markdown() {
    StringBuilder table = new StringBuilder("| who | may | on |\n|---|---|---|\n");
    for (Role role : Role.values()) {
      for (Right right : of(role)) {
        table
            .append("| ")
            .append(role.word())
            .append(" | ")
            .append(
                right.operations().stream()
                    .map(LeastRights::camel)
                    .collect(Collectors.joining(", ")))
            .append(" | ")
            .append(word(right.type()).replace('_', ' '))
            .append(right.pattern() == PatternType.PREFIXED ? "s beginning with " : " ")
            .append(
                right.names().stream()
                    .map(name -> "`" + name + "`")
                    .collect(Collectors.joining(", ")))
            .append(" |\n");
      }
    }
    return table.toString();
  }

  /** Who is meant by each word of the table. */
  public static Map<String, String> roles() {
    return Arrays.stream(Role.values())
        .collect(Collectors.toMap(Role::word, Role::who, (one, other) -> one, LinkedHashMap::new));
  }

  private List<String> everything() {
    return topics.all(pools).stream().map(Topic::name).toList();
  }

  private List<String> calls() {
    return pools.stream().map(pool -> topics.toolCalls(pool).name()).toList();
  }

  private List<String> executorGroups() {
    return pools.stream().map(topics::executorGroup).toList();
  }

  private List<String> allGroups() {
    List<String> all = new ArrayList<>(executorGroups());
    all.add(topics.plannerApplication());
    all.add(topics.auditGroup());
    return all;
  }

  private static List<String> namesOf(Topic<?>... all) {
    return Arrays.stream(all).<String>map(Topic::name).toList();
  }

  private static Right topicsTo(List<AclOperation> operations, Topic<?>... all) {
    return names(operations, namesOf(all));
  }

  private static Right names(List<AclOperation> operations, Collection<String> names) {
    return new Right(
        ResourceType.TOPIC, PatternType.LITERAL, operations, names.stream().sorted().toList());
  }

  private static Right group(PatternType pattern, AclOperation operation, String name) {
    return groups(pattern, List.of(operation), List.of(name));
  }

  private static Right groups(
      PatternType pattern, List<AclOperation> operations, List<String> names) {
    return new Right(ResourceType.GROUP, pattern, operations, List.copyOf(names));
  }

  /** As Kafka's tools write an operation: {@code DescribeConfigs}. */
  private static String camel(AclOperation operation) {
    return Arrays.stream(operation.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
