// The API's documentation, drawn by Swagger UI from the document that data-schema-url names.
"use strict";

const place = document.querySelector("#api-docs");
SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schemaUrl,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  // Its own service would be asked about our document otherwise.
  validatorUrl: null,
});
