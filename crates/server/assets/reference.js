// Starts the interactive reference. A file of its own, because the page allows no inline script.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#reference",
    deepLinking: true,
    // Swagger's own validator badge would send the document to a server elsewhere.
    validatorUrl: null,
    tryItOutEnabled: true,
  });
});
