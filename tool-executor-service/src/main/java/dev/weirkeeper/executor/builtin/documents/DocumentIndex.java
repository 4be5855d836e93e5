package dev.weirkeeper.executor.builtin.documents;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.uhighlight.DefaultPassageFormatter;
import org.apache.lucene.search.uhighlight.UnifiedHighlighter;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.QueryBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ranks the passages of a folder's documents by BM25, words reduced to their English stems.
 * Changed, new and removed files are noticed at a search, at most once per interval. Thread-safe.
 */
final class DocumentIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DocumentIndex.class);
  private static final String PATH = "path";
  private static final String HEADING = "heading";
  private static final String PLACE = "place";
  private static final String TEXT = "text";
  private static final int CANDIDATES = 60;
  private static final int MAX_OF_ONE_FILE = 2;
  private static final int SHOWN_SENTENCES = 3;
  private static final int SHOWN = 700;
  private static final float HEADING_WEIGHT = 2;
  private static final float PHRASE_WEIGHT = 2;

  private final DocumentFolder folder;
  private final Duration refresh;
  private final Analyzer analyzer = new EnglishAnalyzer();
  private final Directory directory = new ByteBuffersDirectory();
  private final IndexWriter writer;
  private final SearcherManager searchers;
  private final ReentrantLock refreshing = new ReentrantLock();
  private SortedMap<String, DocumentFolder.Stamp> known = new TreeMap<>();
  private volatile @Nullable Long looked;

  /**
   * A passage that matches.
   *
   * @param path of its file, relative to the folder
   * @param heading it stands under; empty if there is none
   * @param place in the file; empty if unknown
   * @param text of its best part, what matches between {@code **}
   */
  record Hit(String path, String heading, String place, String text) {}

  /** An empty index that fills at the first search. */
  DocumentIndex(DocumentFolder folder, Duration refresh) throws IOException {
    this.folder = folder;
    this.refresh = refresh;
    this.writer = new IndexWriter(directory, new IndexWriterConfig(analyzer));
    this.searchers = new SearcherManager(writer, null);
  }

  /**
   * The best passages, best first, no more than two of one file.
   *
   * @param words any text; it has no syntax
   * @param under prefix of the paths searched; empty for all
   * @throws IOException if the folder can't be read
   */
  List<Hit> search(String words, String under, int limit) throws IOException {
    refresh();
    QueryBuilder builder = new QueryBuilder(analyzer);
    Query text = builder.createBooleanQuery(TEXT, words);
    Query heading = builder.createBooleanQuery(HEADING, words);
    if (text == null || heading == null) {
      return List.of();
    }
    BooleanQuery.Builder query =
        new BooleanQuery.Builder()
            .add(
                new BooleanQuery.Builder()
                    .add(text, Occur.SHOULD)
                    .add(new BoostQuery(heading, HEADING_WEIGHT), Occur.SHOULD)
                    .build(),
                Occur.MUST);
    Query phrase = builder.createPhraseQuery(TEXT, words, 2);
    if (phrase != null) {
      query.add(new BoostQuery(phrase, PHRASE_WEIGHT), Occur.SHOULD);
    }
    if (!under.isEmpty()) {
      query.add(new PrefixQuery(new Term(PATH, under)), Occur.FILTER);
    }
    IndexSearcher searcher = searchers.acquire();
    try {
      return hits(searcher, query.build(), limit);
    } finally {
      searchers.release(searcher);
    }
  }

  private List<Hit> hits(IndexSearcher searcher, Query query, int limit) throws IOException {
    TopDocs top = searcher.search(query, CANDIDATES);
    String[] best =
        UnifiedHighlighter.builder(searcher, analyzer)
            .withFormatter(new DefaultPassageFormatter("**", "**", " … ", false))
            .withMaxLength(Integer.MAX_VALUE - 1)
            .build()
            .highlight(TEXT, query, top, SHOWN_SENTENCES);
    Map<String, Integer> ofFile = new HashMap<>();
    List<Hit> hits = new ArrayList<>();
    StoredFields stored = searcher.storedFields();
    for (int n = 0; n < top.scoreDocs.length && hits.size() < limit; n++) {
      Document document = stored.document(top.scoreDocs[n].doc);
      String path = document.get(PATH);
      if (ofFile.merge(path, 1, Integer::sum) <= MAX_OF_ONE_FILE) {
        String text = best[n] == null ? document.get(TEXT) : best[n];
        hits.add(new Hit(path, document.get(HEADING), document.get(PLACE), shown(text)));
      }
    }
    return hits;
  }

  private static String shown(String text) {
    String line = text.strip().replaceAll("\\s*\\n\\s*", "\n");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }

  /** Looks at the folder if it is time to. Others search what is there while one looks. */
  private void refresh() throws IOException {
    Long last = looked;
    if (last != null && System.nanoTime() - last < refresh.toNanos()) {
      return;
    }
    if (last == null) {
      refreshing.lock();
    } else if (!refreshing.tryLock()) {
      return;
    }
    try {
      if (looked == null || looked.equals(last)) {
        update(folder.list());
        looked = System.nanoTime();
      }
    } finally {
      refreshing.unlock();
    }
  }

  private void update(DocumentFolder.Listing listing) throws IOException {
    int changes = 0;
    for (String path : known.keySet()) {
      if (!listing.files().containsKey(path)) {
        writer.deleteDocuments(new Term(PATH, path));
        changes++;
      }
    }
    for (Map.Entry<String, DocumentFolder.Stamp> file : listing.files().entrySet()) {
      if (!file.getValue().equals(known.get(file.getKey()))) {
        index(file.getKey());
        changes++;
      }
    }
    if (changes > 0) {
      searchers.maybeRefreshBlocking();
      LOG.info("Documents: {} changed, {} in all", changes, listing.files().size());
      listing.leftOut().forEach(left -> LOG.warn("Document left out: {}", left));
    }
    known = listing.files();
  }

  private void index(String path) throws IOException {
    List<Document> passages = new ArrayList<>();
    if (Passages.readable(path)) {
      try {
        for (Passages.Passage passage : Passages.of(path, folder.read(path))) {
          passages.add(document(path, passage));
        }
      } catch (IOException e) {
        LOG.warn("Document left out: {}: {}", path, e.getMessage());
      }
    }
    writer.updateDocuments(new Term(PATH, path), passages);
  }

  private static Document document(String path, Passages.Passage passage) {
    Document document = new Document();
    document.add(new StringField(PATH, path, Field.Store.YES));
    document.add(new TextField(HEADING, passage.heading(), Field.Store.YES));
    document.add(new TextField(TEXT, passage.text(), Field.Store.YES));
    document.add(new StoredField(PLACE, passage.place()));
    return document;
  }

  @Override
  public void close() throws IOException {
    searchers.close();
    writer.close();
    directory.close();
    analyzer.close();
  }
}
